"""Rules about data: mixtures, size, and what holds against overfitting (T7, S2.19, S2.20)."""

from collections.abc import Iterator

from bench.recipes.plan import Plan
from bench.recipes.rules import Hit, error, warning

SMALL = 100
"""Examples below which a set is called small; S2.19 recommends 10,000 and more."""
MANY_EPOCHS = 10
"""Passes above which a model has learned a small set by heart; S2.14 calls 2 to 5 typical."""


def first_rows(plan: Plan) -> Iterator[Hit]:
    if plan.lecture and plan.lecture.mixture == "first rows":
        message = "a weight takes the first rows of its task: the shares are right only where all tasks are of one size"
        yield error("mixture", f"{message}, and sorted rows lose whole classes")


def small_data(plan: Plan) -> Iterator[Hit]:
    if plan.trains and plan.examples is not None and plan.examples < SMALL:
        message = f"{plan.examples} training examples: few are learned by heart; 10,000 and more are recommended"
        yield warning("examples" if plan.lecture else "dataset", message)


def nothing_against_overfitting(plan: Plan) -> Iterator[Hit]:
    train = plan.train
    held = train.weight_decay or train.dropout or train.early_stopping or train.restore_best
    own = getattr(plan.options, "dropout", None)
    if plan.trains and not held and not own and not (plan.lecture and plan.lecture.lora):
        name = plan.called("weight_decay")
        message = "no weight decay, no early stopping, no best weights kept"
        yield warning(name, f"nothing holds against overfitting: {message}")


def many_epochs(plan: Plan) -> Iterator[Hit]:
    epochs, train = plan.train.epochs, plan.train
    if epochs and epochs > MANY_EPOCHS and not (train.early_stopping or train.restore_best):
        name = plan.called("epochs")
        yield warning(name, f"{name} {epochs:g} without early stopping: learned by heart; 2 to 5 are typical")
