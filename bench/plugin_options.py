"""The plugin's command-line options: what they are called, and the user's choices, checked before anything runs."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bench import catalog
from bench.errors import Unavailable, UserError
from bench.suite import Options

OPTIONS: dict[str, dict[str, Any]] = {
    "model": {
        "action": "append",
        "help": "base models (repeat, or separate by commas): tiny-gpt2, hub:ID, local:DIR",
    },
    "dataset": {"action": "append", "help": "datasets, by name or path of a file (tunebench data show PATH)"},
    "method": {"action": "append", "help": "fine-tuning methods, exact: lora does not select qlora"},
    "template": {"action": "append", "help": "prompt templates"},
    "shots": {"action": "append", "metavar": "K", "help": "demonstrations before each question: 0, or 0,2"},
    "seeds": {
        "type": int,
        "metavar": "N",
        "help": "train each case N times, with seeds 0 .. N-1 (default: the suite's own number)",
    },
    "recipe": {"metavar": "NAME[:FORM]", "help": "a lecture's recipe for every suite chosen (tunebench recipes)"},
    "profile": {"metavar": "cpu|gpu", "help": "which axes suites take where they have both (default: cpu)"},
    "limit": {"type": int, "metavar": "N", "help": "ask at most N test examples per case"},
    "device": {"metavar": "NAME", "help": "auto, cpu, cuda, rocm or mps (default: auto)"},
    "skip-unavailable": {
        "action": "store_true",
        "help": "skip cases whose device is missing instead of stopping",
    },
    "out": {"metavar": "DIR", "help": "run folder (default: reports/<time>)"},
    "store": {"metavar": "DIR", "help": "where finished steps are kept (default: .bench-store)"},
    "fresh": {"action": "store_true", "help": "make every step again, even if it is stored"},
    "baseline": {"metavar": "DIR", "help": "compare with that run folder when the run ends"},
    "fail-under": {
        "action": "append",
        "metavar": "METRIC:DROP",
        "help": "with a baseline: fail when the column got worse by more, in its unit",
    },
    "timeout": {"type": float, "metavar": "S", "help": "end a case after S seconds (default: 3600)"},
    "jobs": {"metavar": "N|auto", "help": "run N cases at once on the CPU (default: 1, which keeps times honest)"},
    "executor": {
        "metavar": "process|inline",
        "help": "a child process per case, or this one, for a debugger",
    },
    "hub": {"action": "store_true", "help": "allow the network: download hub: models and Hub datasets"},
}
LISTS = ("model", "dataset", "method", "template")


def option(config: pytest.Config, name: str) -> Any:
    """The command line first, then the ini key."""
    value = config.getoption(f"--bench-{name}")
    if value is None:
        text = config.getini(f"bench_{name.replace('-', '_')}")
        kind = OPTIONS[name].get("type", str)
        value = kind(text) if text else None
    return value


def user_options(config: pytest.Config) -> Options:
    lists = {f"{name}s": comma_list(option(config, name)) for name in LISTS}
    seeds, profile = option(config, "seeds"), option(config, "profile")
    shots = tuple(whole_number("shots", text) for text in comma_list(option(config, "shots")))
    return Options(
        **lists,
        shots=shots,
        seeds=seeds,
        profile=profile or "cpu",
        limit=option(config, "limit"),
        recipe=option(config, "recipe") or "",
    )


def opened_gate(config: pytest.Config) -> Any:
    """The baseline with its limits, read before anything runs; None without one."""
    folder, limits = option(config, "baseline"), comma_list(option(config, "fail-under"))
    if not folder and not limits:
        return None
    from bench.report.compare_gate import open_gate

    return open_gate(config.invocation_params.dir / folder if folder else None, limits)


def job_count(text: str) -> int:
    """At most 4 where the number is left open: each child takes about 700 MB."""
    if text == "auto":
        return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 4)
    if not text.isdecimal() or int(text) < 1:
        raise UserError(f"--bench-jobs {text!r}: expected a whole number from 1, or auto")
    return int(text)


def whole_number(name: str, text: str) -> int:
    if not text.isdecimal():
        raise UserError(f"--bench-{name} {text!r}: expected a whole number from 0")
    return int(text)


def comma_list(value: Any) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value or []
    return tuple(dict.fromkeys(part.strip() for text in values for part in text.split(",") if part.strip()))


def check_device(config: pytest.Config) -> None:
    from bench.run.device import available, choose

    wanted = option(config, "device")
    try:
        if wanted:
            choose(wanted)
    except Unavailable as error:
        if not option(config, "skip-unavailable"):
            raise UserError(f"--bench-device {wanted}: {error}; here: {', '.join(sorted(available()))}") from None


def check_sources(config: pytest.Config, options: Options) -> None:
    """Models and files that the user named are opened before anything runs."""
    from bench.data.dataset import load_dataset

    os.environ["BENCH_HUB"] = "1" if option(config, "hub") else "0"
    models = [family.open(argument) for family, argument in (catalog.load("model", name) for name in options.models)]
    if models and all(model.unmerged for model in models):
        refuse_training(options, models[0])
    for name in options.datasets:
        load_dataset(name)


def refuse_training(options: Options, model: Any) -> None:
    """A method that a suite takes by itself is skipped; one that the user named, and that fits no model, stops."""
    if any(catalog.load("method", name)[0].TRAINS for name in options.methods):
        model.refuse_training()


def run_folder(config: pytest.Config) -> Path:
    given = option(config, "out")
    if given:
        return config.invocation_params.dir / given
    name = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
    return catalog.ROOT / "reports" / name


def store_folder(config: pytest.Config) -> Path:
    given = option(config, "store")
    return config.invocation_params.dir / given if given else catalog.ROOT / ".bench-store"
