"""Several datasets as one, in stated shares: 0.4 / 0.3 / 0.3 of the resulting rows, drawn with a seed.

Temperature sampling instead of weights gives a part of n rows a share that grows with n ** (1 / temperature): 1 keeps
the natural proportions, higher values favour small parts (T5, https://arxiv.org/abs/1910.10683, section 3.5.2).
`take = "first"` repeats the lecture's mistake (T7), to show what it costs: a weight takes that share of its own task.
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bench.data.dataset import Dataset, dataset_path, open_dataset
from bench.data.example import Example
from bench.data.splits import SPLITS, apportioned
from bench.errors import UserError, nearest


class Mixture(BaseModel):
    """The [mixture] table of a recipe."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    parts: dict[str, float] | list[str]
    """Dataset name, or file beside the recipe -> weight; only names with a temperature, or for equal weights."""
    size: int | None = Field(None, gt=0)
    """Training rows; as many as there can be when absent."""
    temperature: float | None = None
    """Instead of weights; see above."""
    seed: int = 0
    repeat: bool = False
    """Whether the rows of a part that runs out are drawn again."""
    take: Literal["drawn", "first"] = "drawn"
    """first: a weight of 0.4 takes the first 40 % of its own part to train on, which is no share of the whole."""


def mixed_recipe(path: Path, mixture: Mixture, inside: tuple[Path, ...]) -> Dataset:
    """The mixture that the recipe at `path` describes; `inside` are the mixtures that it is a part of itself.

    Raises UserError for a part that does not exist, or that holds the mixture.
    """
    chain = (*inside, path.resolve())
    parts: dict[str, Dataset] = {}
    for name in mixture.parts:
        file = part_file(path, name)
        if file.resolve() in chain:
            raise UserError(f"{path}: mixture.parts: {name!r} is this mixture itself or contains it; leave it out")
        if file.stem in parts:
            raise UserError(f"{path}: mixture.parts: two parts are called {file.stem!r}; rename one of the files")
        parts[file.stem] = open_dataset(file, chain)
    settings = mixture.model_dump(exclude={"parts"})
    try:
        whole = mix_datasets(path.stem, parts, weights_of(mixture), **settings)
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    licences = "; ".join(f"{name}: {data.licence}" for name, data in parts.items() if data.licence)
    return replace(whole, source=str(path), licence=licences)


def part_file(path: Path, name: str) -> Path:
    """A file beside the recipe first, else what the name means everywhere."""
    beside = path.parent / name
    if beside.is_file():
        return beside
    try:
        return dataset_path(name)
    except UserError as error:
        raise UserError(f"{path}: mixture.parts: {error}") from None


def weights_of(mixture: Mixture) -> dict[str, float] | None:
    """By the part's own name; None where a temperature decides."""
    if isinstance(mixture.parts, dict):
        return {Path(name).stem: weight for name, weight in mixture.parts.items()}
    return None if mixture.temperature is not None else dict.fromkeys((Path(name).stem for name in mixture.parts), 1.0)


def mix(
    parts: Mapping[str, Sequence[Example]],
    weights: Mapping[str, float] | None = None,
    *,
    size: int | None = None,
    seed: int = 0,
    temperature: float | None = None,
    repeat: bool = False,
) -> list[Example]:
    """Rows of all parts in the given shares, drawn without replacement and shuffled.

    `weights` name every part, in any scale; without them `temperature` decides. `size` defaults to the largest for
    which no part runs out. Raises UserError for weights that are none, or when a part runs out and may not `repeat`.
    Ids and sources get the part's name in front, so that parts cannot collide; a missing category becomes that name.
    """
    available = {name: len(rows) for name, rows in parts.items()}
    counts = planned(available, shares_of(available, weights, temperature), size, repeat)
    return drawn(parts, counts, seed)


def mix_datasets(
    name: str,
    parts: Mapping[str, Dataset],
    weights: Mapping[str, float] | None = None,
    *,
    size: int | None = None,
    seed: int = 0,
    temperature: float | None = None,
    repeat: bool = False,
    take: str = "drawn",
) -> Dataset:
    """A mixture with three splits; `size` is that of the training split.

    Validation and test rows come from the parts' own, in the same shares, as many as there are without a part running
    out: so the mean score over the test split weighs the tasks as training did. What each part alone reaches is the
    part's own test split's to say, and the categories' in the report. `take` concerns the training split alone.
    """
    refuse_choices(take, weights, size, repeat)
    shares = shares_of({part: len(data.train) for part, data in parts.items()}, weights, temperature)
    given = f"temperature {temperature:g}" if temperature else f"weights as given: {listed(weights or {})}"
    splits: dict[str, tuple[Example, ...]] = {}
    notes = [f"{given}; seed {seed}", *(f"{part}: {note}" for part, data in parts.items() for note in data.notes)]
    for split in SPLITS:
        rows = {part: getattr(data, split) for part, data in parts.items()}
        available = {part: len(examples) for part, examples in rows.items()}
        training = split == "train"
        if training and take == "first":
            counts = {part: int(count * shares[part]) for part, count in available.items()}
            splits[split] = tuple(first(rows, counts))
        else:
            counts = planned(available, shares, size if training else None, repeat and training)
            splits[split] = tuple(drawn(rows, counts, seed))
        notes.append(f"{split}: {drawn_of(counts, available)}")
    dropped = tuple(drop for data in parts.values() for drop in data.dropped)
    train, validation, test = (splits[split] for split in SPLITS)
    return Dataset(name, train, validation, test, dropped=dropped, notes=tuple(notes))


def refuse_choices(take: str, weights: Mapping[str, float] | None, size: int | None, repeat: bool) -> None:
    """Raises UserError where the first rows are taken and something else is to say how many there are."""
    if take == "first" and (weights is None or size is not None or repeat):
        raise UserError(
            'take = "first" needs weights, and neither temperature, size nor repeat: a weight says how many'
        )


def listed(weights: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {weight:g}" for name, weight in weights.items())


def drawn_of(counts: Mapping[str, int], available: Mapping[str, int]) -> str:
    """Such as "everyday 300 of 501 rows (60.0 %), headlines 200 of 752 rows (40.0 %)"."""
    total = sum(counts.values()) or 1
    return ", ".join(
        f"{name} {count} of {available[name]} rows ({count / total:.1%})".replace("%", " %")
        for name, count in counts.items()
    )


def shares_of(
    available: Mapping[str, int], weights: Mapping[str, float] | None, temperature: float | None
) -> dict[str, float]:
    """Part -> its share of the rows; they add up to 1."""
    if (temperature is None) == (weights is None):
        raise UserError("a mixture takes weights or a temperature; with a temperature list the parts by name only")
    if temperature is not None and not 0 < temperature < math.inf:
        raise UserError(f"temperature {temperature}: expected a number above 0; 1 keeps the natural proportions")
    if temperature is not None:
        weights = {name: count ** (1 / temperature) for name, count in available.items() if count}
    for name, weight in (weights or {}).items():
        if name not in available:
            raise UserError(f"weight for {name!r}, which is no part of the mixture.{nearest(name, available)}")
        if not 0 < weight < math.inf:
            raise UserError(f"the weight of {name!r} is {weight}; expected a number above 0, or leave the part out")
    return normalised(available, weights or {})


def normalised(available: Mapping[str, int], weights: Mapping[str, float]) -> dict[str, float]:
    if unnamed := [name for name in available if name not in weights]:
        raise UserError(f"the mixture gives no weight to {unnamed[0]!r}, or no rows; every part needs both")
    total = sum(weights.values())
    return {name: weights[name] / total for name in available}


def planned(
    available: Mapping[str, int], shares: Mapping[str, float], size: int | None, repeat: bool
) -> dict[str, int]:
    """How many rows of each part. Raises UserError when one runs out."""
    largest = largest_size(available, shares)
    counts = apportioned(largest if size is None else size, shares)
    for name, count in counts.items():
        if count > available[name] and not (repeat and available[name]):
            raise UserError(
                f"a mixture of {size} rows needs {count} of {name!r}, which has {available[name]}; "
                f"the largest possible size is {largest}, or set repeat = true"
            )
    return counts


def largest_size(available: Mapping[str, int], shares: Mapping[str, float]) -> int:
    """Rows of the largest mixture in which no part is asked for more than it has; 0 when a part has none."""
    if not all(available.values()):
        return 0
    size = int(min((available[name] + 1) / share for name, share in shares.items()))
    while any(count > available[name] for name, count in apportioned(size, shares).items()):
        size -= 1
    return size


def drawn(parts: Mapping[str, Sequence[Example]], counts: Mapping[str, int], seed: int) -> list[Example]:
    """So many rows of each part, in one shuffled list; a part's rows do not depend on which others there are."""
    rows = [row for name, count in counts.items() for row in sample(name, parts[name], count, seed)]
    random.Random(f"{seed}").shuffle(rows)
    return rows


def first(parts: Mapping[str, Sequence[Example]], counts: Mapping[str, int]) -> list[Example]:
    """The first rows of each part, part after part, as the lecture joins them."""
    return [named(name, row, 1) for name, count in counts.items() for row in parts[name][:count]]


def sample(name: str, rows: Sequence[Example], count: int, seed: int) -> list[Example]:
    """All rows as often as they fit whole, then a random choice of them; later copies get "#2", "#3" behind the id."""
    whole, rest = divmod(count, len(rows)) if rows else (0, 0)
    chosen = random.Random(f"{seed}:{name}").sample(rows, rest)
    return [named(name, row, copy + 1) for copy in range(whole + 1) for row in (rows if copy < whole else chosen)]


def named(part: str, row: Example, copy: int) -> Example:
    return replace(
        row,
        id=f"{part}:{row.id}" + (f"#{copy}" if copy > 1 else ""),
        source=row.source and f"{part}:{row.source}",
        category=row.category or part,
    )
