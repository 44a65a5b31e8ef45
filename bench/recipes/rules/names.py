"""Rules about names: arguments and calls that are gone, and what does not exist here (T1, T9, T11)."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from bench import catalog
from bench.data.dataset import dataset_path
from bench.errors import UserError, nearest
from bench.methods import configure
from bench.recipes.plan import Plan
from bench.recipes.rules import Hit, error
from bench.recipes.today import ARGUMENTS, CALLS, SCRIPTS, lora_arguments, training_arguments


def gone_arguments(plan: Plan) -> Iterator[Hit]:
    """Arguments that the installed transformers refuses with a TypeError."""
    known = training_arguments()
    for name, value in plan.arguments.items():
        if not known or name in known:
            continue
        gone = ARGUMENTS.get(name)
        if gone is None:
            yield error(name, f"TrainingArguments has no {name}.{nearest(name, known)}")
        else:
            what = f"{name} is gone in transformers {installed('transformers')} ({gone.reason})"
            value = gone.value or value_text(value)
            yield error(name, f"{what}: write {gone.now}={value}" if gone.now else f"{what}: leave it out")


def gone_adapter_arguments(plan: Plan) -> Iterator[Hit]:
    known = lora_arguments()
    for name in plan.lecture.lora if plan.lecture and known else ():
        if name not in known:
            yield error(name, f"LoraConfig has no {name}.{nearest(name, known)}")


def gone_calls(plan: Plan) -> Iterator[Hit]:
    for name in plan.lecture.calls if plan.lecture else ():
        if name in CALLS:
            line, severity, message = CALLS[name]
            yield Hit(severity, "calls", f"{name} {message} ({line})")


def undefined_names(plan: Plan) -> Iterator[Hit]:
    for name in plan.lecture.undefined if plan.lecture else ():
        yield error("undefined", f"the code uses {name} and never makes it: NameError")


def script_datasets(plan: Plan) -> Iterator[Hit]:
    """Hub datasets that are scripts, which `datasets` 4 and later refuse to run."""
    name = plan.lecture.dataset if plan.lecture else ""
    if name in SCRIPTS:
        copy = f"our recipe {SCRIPTS[name]!r} names a copy without one"
        yield error("dataset", f"{name} is a script on the Hub, which datasets no longer runs; {copy}")


def unknown_names(plan: Plan) -> Iterator[Hit]:
    """Models, datasets, templates and methods that do not exist, and options a method does not take."""
    for kind, name in plan.names.items():
        try:
            if kind == "dataset":
                dataset_path(name)
            else:
                catalog.check(kind, name)
            if kind == "method":
                configure(catalog.load("method", name)[0], name.partition(":")[2], name)
        except UserError as problem:
            yield error(f"{kind}s" if kind in ("model", "method") else kind, str(problem))


def installed(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "5"


def value_text(value: object) -> str:
    """As it is written in Python."""
    return f'"{value}"' if isinstance(value, str) else str(value)
