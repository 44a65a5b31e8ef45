"""Rules about generation: sampling, lengths, templates and the metric that reads the answers (T5, T6, T7)."""

from collections.abc import Iterator
from typing import Any

from bench.recipes.plan import Plan
from bench.recipes.rules import Hit, error, warning

SAMPLING = ("temperature", "top_p", "top_k")
HOT = 1.0
"""Temperature above which answers get random."""
STRONG_PENALTY = 1.5
"""Repetition penalty above which needed words are avoided; the lecture takes 1.2 (S2.18)."""


def given(plan: Plan) -> dict[str, Any]:
    """The lecture's arguments of model.generate."""
    return plan.lecture.generate if plan.lecture else {}


def sampling_without_sampling(plan: Plan) -> Iterator[Hit]:
    said = [name for name in SAMPLING if name in given(plan)]
    if said and not given(plan).get("do_sample"):
        verb = "is" if len(said) == 1 else "are"
        yield error(
            f"generate.{said[0]}", f"{' and '.join(said)} without do_sample=True {verb} ignored: decoding is greedy"
        )
    generate = plan.generate
    if not plan.lecture and not generate.temperature and (generate.top_p < 1 or generate.top_k):
        name = "top_p" if generate.top_p < 1 else "top_k"
        yield error(f"generate.{name}", f"{name} with temperature 0 is ignored: decoding is greedy")


def prompt_counted(plan: Plan) -> Iterator[Hit]:
    if "max_length" in given(plan) and "max_new_tokens" not in given(plan) and not plan.facts.encoder_decoder:
        length = given(plan)["max_length"]
        yield warning("generate.max_length", f"max_length {length} counts the prompt: write max_new_tokens")


def prompt_as_text(plan: Plan) -> Iterator[Hit]:
    if given(plan).get("prompt") == "text":
        yield error("generate.prompt", "model.generate is given a text; it takes token ids, and returns some")


def two_wraps(plan: Plan) -> Iterator[Hit]:
    wraps = plan.generate.wraps
    if wraps > 1:
        message = f"the question is put into the template {wraps} times, and was trained in it once"
        yield error("generate.wraps", message)


def turn_rendered_twice(plan: Plan) -> Iterator[Hit]:
    if given(plan).get("last_turn") == "twice":
        message = "the last question stands there twice: once with its answer, once open"
        yield error("generate.last_turn", message)


def another_template(plan: Plan) -> Iterator[Hit]:
    asked = plan.generate.template
    if asked and asked != plan.template and plan.trains:
        yield warning("generate.template", f"trained in {plan.template}, asked in {asked}")


def wild_decoding(plan: Plan) -> Iterator[Hit]:
    generate = plan.generate
    if generate.temperature > HOT:
        yield warning("generate.temperature", f"temperature {generate.temperature:g} invites gibberish; 0.7 is usual")
    if generate.repetition_penalty > STRONG_PENALTY:
        message = (
            f"repetition_penalty {generate.repetition_penalty:g} also punishes words that are needed; 1.2 is usual"
        )
        yield warning("generate.repetition_penalty", message)


def answer_longer_than_the_model(plan: Plan) -> Iterator[Hit]:
    positions, tokens = plan.facts.positions, plan.generate.max_new_tokens
    if positions and tokens and tokens >= positions:
        name = "max_new_tokens" if not plan.lecture or "max_new_tokens" in given(plan) else "max_length"
        message = f"{name} {tokens} leaves no room for a prompt in {positions} positions of {plan.facts.model}"
        yield error(f"generate.{name}", message)


def metric_of_logits(plan: Plan) -> Iterator[Hit]:
    if plan.lecture and plan.lecture.metric_reads == "logits":
        message = "compute_metrics decodes logits and labels that hold -100: it raises, or scores nonsense"
        yield error("metric_reads", f"{message}; generate, and put the pad token for -100")
