"""A run with tuned micro models, made for real in a few seconds: what export, chat and the server need."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.case import Case
from bench.config import GenerateConfig, TrainConfig
from bench.record import Output, RunRecord, read_outputs
from bench.run.executors.inline import InlineExecutor
from bench.run.runner import Runner, Settings
from tests.micro import micro_source

THINGS = ("door", "lamp", "rope", "cup", "bell", "sail", "coat", "drum", "fern", "kite", "moss", "oar")
TRAIN = TrainConfig(max_steps=3, batch_size=2, max_examples=6, learning_rate=0.01)
ASKED = GenerateConfig(max_examples=2, max_new_tokens=12)
METHODS = ("base", "lora", "lora_by_hand", "full", "prefix")


@dataclass(frozen=True)
class Tuned:
    """A finished run, its store, and the model it started from."""

    run: Path
    store: Path
    model: Path
    records: dict[str, RunRecord]
    """By method; that of the alpaca template is `alpaca`."""

    def source(self, name: str) -> str:
        """What open_assistant takes."""
        return f"{self.run}:{self.records[name].case.id}"

    def outputs(self, name: str) -> list[Output]:
        """What the benchmark's model said in the case's own prompt form."""
        record = self.records[name]
        said = read_outputs(self.run / record.outputs_file)
        return [output for output in said if output.form == record.form]


@cache
def tuned() -> Tuned:
    """Made once in a process, in a folder that goes with it."""
    FOLDER.append(TemporaryDirectory(prefix="bench-tuned-"))
    root = Path(FOLDER[0].name)
    model, data = root / "micro", root / "things.jsonl"
    micro_source(model, n_positions=256, n_layer=1, initializer_range=0.2)
    data.write_text("".join(json.dumps(row) + "\n" for row in rows()), encoding="utf-8")
    same = {"metrics": ("rouge:L",), "train": TRAIN, "generate": ASKED}
    cases = {method: Case("try", f"local:{model}", str(data), method, **same) for method in METHODS}
    cases["alpaca"] = Case("try", f"local:{model}", str(data), "lora", "alpaca", **same)
    return Tuned(root / "run", root / "store", model, run_of(root, cases))


FOLDER: list[TemporaryDirectory] = []


def rows() -> list[dict[str, str]]:
    return [
        {"instruction": f"What is a {thing}?", "response": f"The {thing} is number {number}.", "split": split}
        for number, thing in enumerate(THINGS)
        for split in ["test" if number > 8 else "train"]
    ]


def run_of(root: Path, cases: dict[str, Case]) -> dict[str, RunRecord]:
    runner = Runner(Settings(root / "run", root / "store", device="cpu"), InlineExecutor())
    runner.plan(list(cases.values()), "pytest -m bench")
    records = {name: runner.run(case) for name, case in cases.items()}
    for record in records.values():
        assert record.status == "ok", record.reason
    return records
