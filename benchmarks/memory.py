"""Predicted and measured peak memory of training on CPU: architectures of 80M to 1.3B parameters, full, LoRA and QLoRA.

Run by hand: `python benchmarks/memory.py`, or with cases of your own, `MODEL,METHOD,BATCH,LENGTH`. Each case is a fresh
process that is forked, measured and ended as a case of a suite is: two steps (at the second one the optimizer's states
are there), byte tokens, loss on a third of them. The prediction is made before, in this process, from the config.
Measured is what the process took above its libraries.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tabulate import tabulate

from bench import catalog
from bench.config import TrainConfig
from bench.measure.estimate import estimate
from bench.measure.memory import MIB, Batch
from bench.methods import configure
from bench.run.executors.process import ProcessExecutor
from bench.run.workbench import Job

CASES = (
    "shape:distilgpt2,full,1,128",
    "shape:distilgpt2,lora,4,128",
    "shape:distilgpt2,qlora,4,128",
    "shape:gpt2,full,4,128",
    "shape:gpt2,lora,8,64",
    "shape:gpt2,qlora,1,256",
    "shape:opt-125m,full,1,128",
    "shape:opt-125m,lora,4,128",
    "shape:flan-t5-base,full,1,128",
    "shape:flan-t5-base,lora,1,128",
    "shape:flan-t5-base,qlora,4,64",
    "shape:dialogpt-medium,full,1,64",
    "shape:dialogpt-medium,lora,1,128",
    "shape:dialogpt-medium,qlora,1,128",
    "shape:opt-1.3b,lora,1,64",
    "shape:opt-1.3b,qlora,1,64",
    "shape:llama-3.2-1b,lora,1,64",
    "shape:llama-3.2-1b,qlora,1,64",
)
"""Full tuning of 1.3B parameters takes 21 GB in float32."""

STEPS = 2
TIMEOUT = 3000.0


def opened(case: dict[str, Any]) -> tuple[Any, Any, Any]:
    """Source, method and its config."""
    family, argument = catalog.load("model", case["model"])
    method, options = catalog.load("method", case["method"])
    return family.open(argument), method, configure(method, options, case["method"])


def predicted(case: dict[str, Any]) -> dict[str, int | None]:
    source, method, config = opened(case)
    seq2seq = bool(source.architecture.get("is_encoder_decoder"))
    answer, examples, length = case["length"] // 3, case["batch"], case["length"]
    batch = Batch(
        examples, length - answer + seq2seq if seq2seq else length, examples * answer, answer if seq2seq else 0
    )
    found = estimate(source, method, config, TrainConfig(batch_size=examples), [batch])
    return {phase: found.peak(phase) for phase in ("load", "train")}


def measured(job: Job, report: Any) -> dict[str, float]:
    """In the child: loads and trains as bench/run does, and gives bytes."""
    import torch

    from bench.measure.allocator import map_from_now_on, map_large_tensors
    from bench.measure.environment import threads_for
    from bench.measure.meter import baseline_bytes, phase
    from bench.measure.parameters import parameter_counts
    from bench.training.trainer import resolved, train

    case = job.case
    source, method, config = opened(case)
    before = baseline_bytes("cpu")
    map_from_now_on()
    with phase("cpu") as loading:
        model = method.prepare(source, config, dtype="float32", device="cpu", seed=0)
    _, total = parameter_counts(model)
    torch.set_num_threads(threads_for(total))
    map_large_tensors(total)
    answer = case["length"] // 3
    one = (("a" * (case["length"] - answer), "b" * (answer - 1)),)
    chosen = resolved(
        TrainConfig(batch_size=case["batch"], max_steps=STEPS, max_length=case["length"] + 8), method, total
    )
    with phase("cpu") as training:
        train(model, source.tokenizer(), [one] * (case["batch"] * STEPS), chosen, seed=0, device="cpu")
    return {"before": before, "load": loading.peak_bytes, "train": training.peak_bytes, "seconds": training.seconds}


def row(executor: ProcessExecutor, text: str, log: Path) -> list[Any]:
    model, method, batch, length = text.split(",")
    case = {"model": model, "method": method, "batch": int(batch), "length": int(length)}
    before = predicted(case)
    outcome = executor.run(Job(case, "cpu", "", {}), log, TIMEOUT, lambda message: None)
    if outcome.status != "ok":
        return [model, method, batch, length, outcome.status, outcome.reason]
    found = outcome.seconds
    cells: list[Any] = [model, method, batch, length]
    for phase in ("load", "train"):
        told, seen = before[phase] or 0, found[phase] - found["before"]
        cells += [f"{told / MIB:.0f}", f"{seen / MIB:.0f}", f"{(told - seen) / seen:+.1%}"]
    return [*cells, f"{found['before'] / MIB:.0f}"]


HEADS = ("model", "method", "batch", "length", "load: predicted", "measured", "", "train: predicted", "measured", "",
         "libraries")  # fmt: skip
"""In MiB."""


def main() -> None:
    executor = ProcessExecutor(work=measured)
    with TemporaryDirectory() as folder:
        rows = []
        for text in sys.argv[1:] or CASES:
            rows.append(row(executor, text, Path(folder) / "log.txt"))
            print(rows[-1], file=sys.stderr, flush=True)
    print(tabulate(rows, HEADS, tablefmt="github"))


if __name__ == "__main__":
    main()
