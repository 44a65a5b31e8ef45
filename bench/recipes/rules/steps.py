"""Rules about the length of training and what happens at which step (T2, T10)."""

from collections.abc import Iterator

from bench.recipes.plan import Plan
from bench.recipes.rules import Hit, error, warning
from bench.recipes.translation import evaluates

LONG_WARMUP = 0.25
"""Share of the steps above which a warm-up takes what training needs; the lecture's own advice is 0.1."""
FEW_STEPS = 30
"""Steps below which hardly anything is learned."""


def warmup_too_long(plan: Plan) -> Iterator[Hit]:
    steps, warm = plan.steps, plan.train.warmup_steps
    if not steps or not warm:
        return
    name = plan.called("warmup_steps")
    if warm > steps:
        peak = plan.train.learning_rate
        never = (
            f"never reaches {peak:g}; it gets to {peak * (steps - 1) / warm:.2g}" if peak else "never reaches its peak"
        )
        yield error(name, f"{name} {warm} > {steps} total steps: the learning rate {never}")
    elif warm > LONG_WARMUP * steps:
        yield warning(name, f"{name} {warm} is {100 * warm / steps:.0f} % of {steps} total steps; 10 % is usual")


def no_data_to_evaluate(plan: Plan) -> Iterator[Hit]:
    """Trainer's constructor raises for a strategy without data."""
    strategy = evaluates(plan.arguments)
    if plan.arguments and strategy != "no" and not plan.eval_dataset:
        name = "evaluation_strategy" if "evaluation_strategy" in plan.arguments else "eval_strategy"
        interval = plan.arguments.get("eval_steps")
        when = f"every {interval} steps" if interval else f"each {strategy}"
        yield error(name, f"evaluation {when}, but the Trainer is given no eval_dataset: its constructor raises")
    elif not plan.lecture and looks_back(plan) and plan.facts.validation == 0:
        yield error(looks_back(plan), f"{looks_back(plan)} needs a validation split, and the dataset has none")


def looks_back(plan: Plan) -> str:
    """The knob that needs the validation split, or ""."""
    if plan.train.early_stopping:
        return "early_stopping"
    return "restore_best" if plan.train.restore_best else ""


def evaluated_too_rarely(plan: Plan) -> Iterator[Hit]:
    every, steps = plan.train.evaluate_every, plan.steps
    if not every or not steps or every <= steps:
        return
    name = plan.called("evaluate_every")
    message = f"{name} {every} > {steps} total steps: nothing is evaluated while it trains"
    if not looks_back(plan):
        yield warning(name, message)
        return
    yield error(name, f"{message}, so the last weights are the best ones")


def saved_too_rarely(plan: Plan) -> Iterator[Hit]:
    """A matter of TrainingArguments, whose default is 500 steps: our own checkpoints go by the clock."""
    arguments, steps = plan.arguments, plan.steps
    every = arguments.get("save_steps", 500 if arguments.get("load_best_model_at_end") else 0)
    if not steps or every <= steps or arguments.get("save_strategy", "steps") != "steps":
        return
    message = f"save_steps {every} > {steps} total steps: no checkpoint on the way, at most one after the last step"
    if arguments.get("load_best_model_at_end"):
        yield error("save_steps", f"{message}, so there is nothing to choose the best from")
    else:
        yield warning("save_steps", message)


def saved_and_evaluated_apart(plan: Plan) -> Iterator[Hit]:
    """load_best_model_at_end wants a checkpoint for each look; TrainingArguments raises."""
    arguments = plan.arguments
    if not arguments.get("load_best_model_at_end"):
        return
    looked, saved = evaluates(arguments), str(arguments.get("save_strategy", "steps"))
    if looked != saved:
        message = f"load_best_model_at_end with evaluation by {looked} and saving by {saved}: both must be the same"
        yield error("load_best_model_at_end", message)
        return
    every = arguments.get("eval_steps") or arguments.get("logging_steps") or 500
    if looked == "steps" and every >= 1 and arguments.get("save_steps", 500) % every:
        message = f"save_steps {arguments.get('save_steps', 500)} is no multiple of eval_steps {every}"
        yield error("save_steps", f"{message}, as load_best_model_at_end needs: TrainingArguments raises")


def cannot_stop_early(plan: Plan) -> Iterator[Hit]:
    train, steps = plan.train, plan.steps
    if not train.early_stopping or not train.evaluate_every or not steps:
        return
    looks = steps // train.evaluate_every
    if looks <= train.early_stopping:
        message = f"early_stopping {train.early_stopping} with {looks} looks in {steps} steps: it can never stop"
        yield warning("early_stopping", message)


def batch_larger_than_data(plan: Plan) -> Iterator[Hit]:
    examples, name = plan.examples, plan.called("batch_size")
    if not examples or plan.together <= examples:
        return
    if plan.train.batch_size > examples:
        yield warning(name, f"{name} {plan.train.batch_size} > {examples} training examples: one batch an epoch")
    else:
        parts = f"{plan.train.batch_size} x {plan.train.accumulation}"
        yield warning(name, f"effective batch {parts} = {plan.together} > {examples} examples: one step an epoch")


def few_steps(plan: Plan) -> Iterator[Hit]:
    if plan.steps and plan.steps < FEW_STEPS:
        counted = f"{plan.examples} examples" if plan.examples else "so few"
        message = f"{plan.steps} steps in all ({counted}, {plan.together} a step): little is learned; train longer"
        yield warning(plan.called("epochs"), message)


def two_lengths(plan: Plan) -> Iterator[Hit]:
    if plan.train.max_steps and plan.train.epochs and (not plan.lecture or "num_train_epochs" in plan.arguments):
        name = plan.called("epochs")
        yield warning(name, f"max_steps {plan.train.max_steps} replaces {name} {plan.train.epochs:g}")
