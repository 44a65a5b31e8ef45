"""A case's record put together from what its stored steps say of themselves; needs nothing of what made them."""

import json
from collections.abc import Mapping
from typing import Any

from bench.record import Cost, Phase, RunRecord, Score
from bench.run.keys import Keys
from bench.run.steps import SCORES
from bench.run.store import STEPS, Step


def fingerprint_of(keys: Keys, info: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Everything the content keys were made of, the keys, and as `id` the model's own fingerprint."""
    model = info.get("generate", {}).get("fingerprint", {})
    made = {"id": model["id"]} if model else {}
    return keys.fingerprint | made | {f"{name}_key": key for name, key in step_keys(keys).items()}


def step_keys(keys: Keys) -> dict[str, str]:
    return {step: getattr(keys, step) for step in STEPS}


def read_scores(step: Step) -> dict[str, Score]:
    data = json.loads((step.folder / SCORES).read_text(encoding="utf-8"))
    return {name: Score(**score) for name, score in data.items()}


def cost_of(info: Mapping[str, Mapping[str, Any]]) -> Cost:
    """Load and train from the step that trained, generation from the step that generated."""
    generated, trained = info.get("generate", {}), info.get("train", {})
    first = trained or generated
    phases = {"load": first.get("load"), "train": trained.get("train"), "generate": generated.get("generate")}
    return Cost(
        **{name: Phase(**phase) if phase else None for name, phase in phases.items()},
        memory_kind=first.get("memory_kind", ""),
        baseline_memory_bytes=first.get("baseline_memory_bytes"),
        trainable_params=first.get("trainable_params"),
        total_params=first.get("total_params"),
        adapter_bytes=trained.get("adapter_bytes"),
    )


def inside_steps(info: Mapping[str, Mapping[str, Any]], made: Mapping[str, float]) -> float:
    """Seconds of this session that load, train, generate and score themselves took."""
    total = 0.0
    for name in made:
        step = info.get(name, {})
        total += sum((step.get(phase) or {}).get("seconds", 0.0) for phase in ("load", "train", "generate"))
        total += step.get("probe_seconds", 0.0) + step.get("seconds", 0.0)
    if {"train", "generate"} <= set(made):  # the model was loaded once, and both steps note it
        total -= (info["train"].get("load") or {}).get("seconds", 0.0)
    return total


def timing(record: RunRecord, seconds: float) -> dict[str, float | None]:
    """`harness_seconds` arrives as the time inside the steps and leaves as the time outside them."""
    inside = record.harness_seconds or 0.0
    return {"seconds": seconds, "harness_seconds": max(0.0, seconds - inside)}
