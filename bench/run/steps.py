"""The three steps of a case inside its child process: train, generate, score. The only place that knows their order."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.record import dump_json, read_outputs, write_atomic, write_outputs
from bench.run import fingerprint as fingerprints
from bench.run.asking import ask, held_out, held_out_before, resolved_generation, sampled
from bench.run.fingerprint import Fingerprint
from bench.run.predicting import predicted, within_memory
from bench.run.scoring import score_outputs
from bench.run.store import Step
from bench.run.workbench import Job, Report, Workbench

OUTPUTS = "outputs.jsonl"
SCORES = "scores.json"


def run_steps(job: Job, report: Report) -> dict[str, float]:
    """Make every step that the store does not hold. Returns the seconds spent on each one made here."""
    work = Workbench(job, report)
    seconds: dict[str, float] = {}
    for name, step in (("train", train_step), ("generate", generate_step), ("score", score_step)):
        if work.needs(name):
            report({"phase": name})
            started = time.perf_counter()
            step(work)
            seconds[name] = time.perf_counter() - started
    return seconds


def train_step(work: Workbench) -> None:
    from bench.run.tuning import tune
    from bench.training.artifacts import for_generation, save, untuned
    from bench.training.trainer import resolved

    work.load_model()
    with untuned(work.model):
        before = held_out_before(work)
    config = resolved(work.case.train, work.method, work.load["total_params"])
    rendered = work.trained(work.dataset.train[: config.max_examples])
    config = within_memory(work, config, rendered)
    tuned = tune(work, config, rendered)

    def write(folder: Path) -> dict[str, Any]:
        size = save(work.model, folder)
        fingerprints.write(folder, work.fingerprint)
        return {
            **work.load,
            **work.context(),
            **told_of(tuned),
            "adapter_bytes": size,
            "held_out_nll": before,
            "resolved": {
                "train": train_settings(config, tuned),
                "escaped": sum(each.escaped for each in rendered),
                "method": asdict(work.config),
            },
        }

    work.save("train", write)
    work.model = for_generation(work.model, work.dtype)


def told_of(tuned: Any) -> dict[str, Any]:
    """What a training cost and how it went, in the words of a step's info."""
    result = tuned.training
    read = {name: getattr(result, name) for name in ("useful_tokens", "padded_tokens", "loss_tokens")}
    return {
        "train": asdict(tuned.meter.phase(**read)),
        "loss_curve": result.loss_curve,
        # Looks, checkpoints and rates that were only tried are no part of what the model cost.
        "probe_seconds": tuned.seconds_beside,
    }


def train_settings(config: Any, tuned: Any) -> dict[str, Any]:
    """Every setting as it was used, and what came of it."""
    result = tuned.training
    looks = {
        "validation_curve": [(look.step, look.loss) for look in result.looks],
        "judged_curve": [(look.step, look.judged) for look in result.looks if look.judged is not None],
        "best_step": result.best.step if result.best else None,
        "validation_loss": result.best.loss if result.best else None,
    }
    chosen = {"sweep": list(tuned.tried), "sweep_seconds": tuned.seconds_beside} if tuned.tried else {}
    gone = {
        "left_out": result.left_out,
        "resumed_at": result.resumed_at,
        "seconds_aside": dict(result.seconds_aside),
        "notices": list(result.notices),
    }
    return {**asdict(config), **result.resolved, **(looks if result.best else {}), **chosen, **gone}


def generate_step(work: Workbench) -> None:
    if work.model is None:
        work.load_model()
    started, first = time.perf_counter(), work.own_form()
    config = resolved_generation(work, work.tokenizer)
    asked = {form: ask(work, work.tokenizer, config, form) for form in work.forms()}
    beside = (*sampled(work, config), *held_out(work))
    seconds, foreseen = time.perf_counter() - started, predicted(work, config)

    def write(folder: Path) -> dict[str, Any]:
        write_outputs(folder / OUTPUTS, (*(o for outputs, _ in asked.values() for o in outputs), *beside))
        return {
            **work.load,
            **work.context(),
            "generate": asked[first][1],
            # The other prompt form, samples, likelihoods and finding the length limit are not the case's own speed.
            "probe_seconds": seconds - asked[first][1]["seconds"],
            "fingerprint": work.fingerprint.as_dict(),
            "resolved": {
                "generate": asdict(config),
                "form": first,
                "shots": [shot.id for shot in work.shots()],
                "estimate": foreseen,
            },
        }

    work.save("generate", write)


def score_step(work: Workbench) -> None:
    generated = work.find("generate")
    if generated is None:
        raise RuntimeError("scoring follows generation, and its outputs are not in the store")
    refuse_alien_outputs(work, generated)
    started = time.perf_counter()
    outputs = read_outputs(generated.folder / OUTPUTS)
    scores = score_outputs(
        outputs, work.case.metrics, work.own_form(), work.source.no_quality, work.dataset.train, work.store.remember
    )
    seconds = time.perf_counter() - started

    def write(folder: Path) -> dict[str, Any]:
        write_atomic(folder / SCORES, dump_json({name: asdict(score) for name, score in scores.items()}))
        return {"seconds": seconds}

    work.save("score", write)


def refuse_alien_outputs(work: Workbench, generated: Step) -> None:
    """Outputs are scored for the model that they say they are of, and for no other."""
    trained = work.find("train") if work.method.TRAINS else None
    if trained:
        said = {key: value for key, value in generated.info["fingerprint"].items() if key != "id"}
        fingerprints.check(fingerprints.read(trained.folder), Fingerprint(**said), str(generated.folder))
