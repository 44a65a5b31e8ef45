"""`tunebench estimate MODEL METHOD...`: what memory a run will take, by parts, before anything is loaded."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench import catalog
from bench.config import GenerateConfig, TrainConfig
from bench.errors import UserError, nearest
from bench.measure.memory import GIB, Batch, Estimate, Questions, qlora_verdict
from bench.methods import configure

if TYPE_CHECKING:
    from bench.models import ModelSource

DTYPES = ("float32", "bfloat16", "float16")


@dataclass(frozen=True)
class Asked:
    """What is the same for all methods of one call."""

    source: "ModelSource"
    train: TrainConfig
    batch: Batch
    questions: Questions
    answer: int
    """Tokens of each example that bear loss."""
    dtype: str
    device: str


@dataclass(frozen=True)
class Told:
    """The answer for one method."""

    name: str
    """As the user wrote it, options behind it."""
    estimate: Estimate
    largest_batch: int | None = None
    """Examples that train in the memory that was given; None where none was."""


def estimate(
    model: Annotated[str, typer.Argument(help="tiny-gpt2, shape:gpt2, local:FOLDER or hub:ID (if in the cache)")],
    methods: Annotated[list[str], typer.Argument(metavar="METHOD...", help="e.g. full lora qlora, or lora:r=8")],
    batch_size: Annotated[int, typer.Option(min=1, help="examples in a batch")] = TrainConfig.batch_size,
    length: Annotated[int | None, typer.Option(min=2, help="tokens of an example; 512 or what fits")] = None,
    answer: Annotated[int | None, typer.Option(min=1, help="of these, tokens with loss; half without it")] = None,
    dtype: Annotated[str, typer.Option(help=f"of frozen weights: {', '.join(DTYPES)}; as here without it")] = "",
    gradient_checkpointing: Annotated[
        bool, typer.Option("--gradient-checkpointing", help="compute activations again in the backward pass")
    ] = False,
    memory: Annotated[float | None, typer.Option(min=0.01, help="GiB; how large a batch trains in them")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout and nothing else")] = False,
) -> None:
    """Predict memory before a run: weights, gradients, optimizer, adapter, activations; nothing is loaded."""
    from bench.cli.console import console, print_all, progress
    from bench.cli.estimate_view import view

    if dtype and dtype not in DTYPES:
        raise UserError(f"unknown dtype {dtype!r}.{nearest(dtype, DTYPES)}")
    for name in methods:
        catalog.check("method", name)
    train = TrainConfig(batch_size=batch_size, gradient_checkpointing=gradient_checkpointing)
    with progress(f"counting {model}"):
        libraries, asked = prepared(model, train, length, answer, dtype)
        beside = libraries if asked.device == "cpu" else 0
        budget = None if memory is None else int(memory * GIB) - beside
        told = [tell(asked, name, budget) for name in dict.fromkeys(methods)]
        remarks = verdicts(asked, told, beside)
    if as_json:
        typer.echo(json.dumps(as_data(asked, told, remarks, libraries), indent=2))
        return
    print_all(console(), view(asked, told, remarks, libraries, memory))


def prepared(model: str, train: TrainConfig, length: int | None, answer: int | None, dtype: str) -> tuple[int, Asked]:
    """Bytes that a process takes with all that a run imports, measured on this one, and what is asked for."""
    family, argument = catalog.load("model", model)
    source = family.open(argument)
    from bench.measure.environment import dtype_for
    from bench.measure.meter import baseline_bytes
    from bench.run.child import preload
    from bench.run.device import choose

    preload()
    libraries = baseline_bytes("cpu") or 0
    device = "cuda" if choose() in ("cuda", "rocm") else "cpu"
    from bench.measure.architecture import architecture

    batch, questions = shapes(architecture(source), source.name, train.batch_size, length, answer)
    answer = batch.labelled // batch.examples
    return libraries, Asked(source, train, batch, questions, answer, dtype or dtype_for(device), device)


def shapes(config: Any, name: str, examples: int, length: int | None, answer: int | None) -> tuple[Batch, Questions]:
    """A batch to train on and one to answer. Raises UserError where the model has no room for the length."""
    from bench.models import positions

    most = positions(config) or max(length or 0, TrainConfig.max_length)
    if length is not None and length > most:
        raise UserError(f"--length {length} is above the {most} positions of {name}; use {most} or less")
    length = length or min(TrainConfig.max_length, most)
    answer = length // 2 if answer is None else answer
    if answer >= length:
        raise UserError(f"--answer {answer} leaves no prompt in --length {length}; it must be below")
    seq2seq = bool(config.is_encoder_decoder)
    batch = Batch(examples, length - answer if seq2seq else length, examples * answer, answer if seq2seq else 0)
    return batch, Questions(GenerateConfig.batch_size, length - answer, answer)


def tell(asked: Asked, name: str, budget: int | None) -> Told:
    from bench.measure.estimate import estimate, micro_batch

    method, options = catalog.load("method", name)
    config = configure(method, options, name)
    source, train, batch = asked.source, asked.train, asked.batch
    found = estimate(source, method, config, train, [batch], asked.questions, dtype=asked.dtype, device=asked.device)
    if budget is None or not method.TRAINS:
        return Told(name, found)
    largest = micro_batch(
        source,
        method,
        config,
        train,
        budget,
        length=batch.length,
        labelled=asked.answer,
        answer=batch.answer,
        dtype=asked.dtype,
        device=asked.device,
    )
    return Told(name, found, largest)


def verdicts(asked: Asked, told: Sequence[Told], libraries: int) -> list[str]:
    """For each qlora what it saves beside lora with the same options, whether that was asked for or not."""
    found = []
    for each in told:
        stem, _, options = each.name.partition(":")
        if stem == "qlora":
            lora = next((other for other in told if other.name == lora_name(options)), None)
            beside = lora or tell(asked, lora_name(options), None)
            found.append(qlora_verdict(beside.estimate, each.estimate, libraries))
    return found


def lora_name(options: str) -> str:
    """lora with those of qlora's options that it has."""
    known = {each.name for each in fields(catalog.load("method", "lora")[0].Config)}
    kept = [part for part in options.split(":") if part.partition("=")[0] in known]
    return ":".join(["lora", *kept])


def as_data(asked: Asked, told: Sequence[Told], remarks: Sequence[str], libraries: int) -> dict[str, Any]:
    """What `--json` prints; bytes are whole numbers."""
    return {
        "model": asked.source.name,
        "libraries_bytes": libraries,
        "methods": [
            each.estimate.as_dict() | {"method": each.name, "largest_batch": each.largest_batch} for each in told
        ],
        "remarks": list(remarks),
    }
