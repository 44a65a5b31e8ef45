"""What is known, before a run, of the data and the model that a recipe names: counts, sizes, positions.

Everything is read from files in the repository, without opening a model.
"""

import json
from dataclasses import dataclass, replace
from functools import cache
from math import prod
from pathlib import Path

from bench import catalog
from bench.recipes.form import Hub


@dataclass(frozen=True)
class Facts:
    """None for what is not known; a rule that needs it stays silent."""

    examples: int | None = None
    """Training examples."""
    validation: int | None = None
    """Validation examples."""
    model: str = ""
    parameters: int | None = None
    positions: int | None = None
    """The longest sequence the model has positions for."""
    encoder_decoder: bool | None = None


def known(model: str, dataset: str, hub: Hub | None = None) -> Facts:
    """Facts of a fixture, or those the recipe states of a Hub model, with the sizes of the dataset."""
    facts = Facts(model=model)
    if hub is not None and ":" in model:
        facts = replace(facts, parameters=hub.parameters, positions=hub.positions, encoder_decoder=hub.encoder_decoder)
    folder = catalog.FIXTURES / "models" / model
    if ":" not in model and (folder / "config.json").is_file():
        facts = fixture(facts, folder)
    sizes = split_sizes(dataset)
    return replace(facts, examples=sizes[0], validation=sizes[1]) if sizes else facts


def fixture(facts: Facts, folder: Path) -> Facts:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    positions = config.get("n_positions") or config.get("max_position_embeddings")
    relative = "relative_attention_num_buckets" in config
    return replace(
        facts,
        parameters=parameters(folder / "model.safetensors"),
        positions=None if relative else positions,
        encoder_decoder=bool(config.get("is_encoder_decoder", False)),
    )


def parameters(path: Path) -> int | None:
    """Numbers in a safetensors file, by its header: eight bytes of length, then JSON."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return sum(prod(tensor["shape"]) for name, tensor in header.items() if name != "__metadata__")


@cache
def split_sizes(dataset: str) -> tuple[int, int] | None:
    """(training, validation) examples of one of our own datasets, or None."""
    folder = catalog.FIXTURES / "datasets"
    if (folder / f"{dataset}.jsonl").is_file():
        rows = (json.loads(line) for line in (folder / f"{dataset}.jsonl").open(encoding="utf-8") if line.strip())
        splits = [row.get("split", "") for row in rows]
        return splits.count("train"), splits.count("validation")
    return mixture_sizes(folder / f"{dataset}.toml")


def mixture_sizes(path: Path) -> tuple[int, int] | None:
    """Those of a mixture of our own datasets, reckoned from its parts: drawing it would take a second."""
    if not path.is_file() or "\n[mixture]" not in path.read_text(encoding="utf-8"):
        return None
    from bench.data.mixtures import planned, shares_of, weights_of
    from bench.data.recipes import read_recipe

    mixture = read_recipe(path).mixture
    sizes = {part: split_sizes(part) for part in mixture.parts} if mixture else {}
    if mixture is None or None in sizes.values():
        return None
    train, validation = ({part: size[at] for part, size in sizes.items() if size} for at in (0, 1))
    shares = shares_of(train, weights_of(mixture), mixture.temperature)
    drawn = planned(train, shares, mixture.size, mixture.repeat), planned(validation, shares, None, False)
    return sum(drawn[0].values()), sum(drawn[1].values())
