"""Asks a model that is still being trained, so that "best" can be a metric of the validation split, not its loss."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bench import catalog
from bench.config import TrainConfig
from bench.errors import UserError, nearest
from bench.floors import direction
from bench.generation.generate import generate, max_new_tokens_for, room_after
from bench.record import Output
from bench.run.asking import output, prompt_of
from bench.run.scoring import score_metric
from bench.run.workbench import Workbench
from bench.training.validation import Judge

ASKED = 64
"""Questions of the validation split, the first ones: a look should cost less than the steps between two looks."""


def judge(work: Workbench, config: TrainConfig) -> Judge | None:
    """None where the loss is what "best" means. Raises UserError for a column that no metric of the case gives."""
    if config.best_by == "loss":
        return None
    metric = metric_of(config.best_by, work.case.metrics)
    module, _ = catalog.load("metric", metric)
    higher = direction(module.HIGHER_IS_BETTER, config.best_by)
    if higher is None:
        raise UserError(f"train.best_by {config.best_by!r}: no direction of it is better; choose another column")
    return Judge(lambda model: score_metric(metric, answers(work, model))[config.best_by].value, higher)


def metric_of(column: str, metrics: Sequence[str]) -> str:
    """The metric of the case that gives a column."""
    given = {name: metric for metric in metrics for name in score_metric(metric, ())}
    if column not in given:
        raise UserError(f"train.best_by {column!r} is no column of this case's metrics.{nearest(column, given)}")
    return given[column]


def answers(work: Workbench, model: Any) -> list[Output]:
    """What the model says to the first questions of the validation split, asked as the case asks."""
    examples, form = work.dataset.validation[:ASKED], work.own_form()
    rendered = work.asked(examples, form, work.shots())
    prompts, stop = [prompt_of(each) for each in rendered], rendered[0].stop if rendered else ""
    config, device, seed = work.case.generate, work.device, work.case.seed
    if config.max_new_tokens is None:
        room = room_after(model, work.tokenizer, prompts, stop=stop)
        known = [example.response for example in work.dataset.train]
        config = replace(config, max_new_tokens=max_new_tokens_for(work.tokenizer, known, room=room))
    said = generate(model, work.tokenizer, prompts, config, device=device, seed=seed, stop=stop)
    rows = zip(examples, rendered, said, strict=True)
    return [output(example, form, work.template(form), each.prompt, answer) for example, each, answer in rows]
