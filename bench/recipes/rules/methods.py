"""Rules about the fine-tuning method: adapters, quantised models, learning rates, precision (T8, T9)."""

from collections.abc import Iterator
from typing import Any

from bench.recipes.plan import Plan
from bench.recipes.rules import Hit, error, warning

FULL_RATE = 5e-5
"""transformers' default, made for full tuning; adapters want 1e-4 and above (Hu et al. 2021, table 11)."""
FAR = 10
"""Times by which a rate may differ from the method's own before it is worth a look."""


def quantised_and_full(plan: Plan) -> Iterator[Hit]:
    if plan.lecture and plan.lecture.quantisation and plan.kind == "full":
        yield error("quantisation", "four-bit weights cannot be trained: transformers refuses; add an adapter (qlora)")


def quantised_unprepared(plan: Plan) -> Iterator[Hit]:
    """transformers 5 asks for the gradient of the inputs itself; versions before it left that to peft's function."""
    lecture = plan.lecture and plan.lecture.quantisation and not plan.lecture.prepared_for_kbit
    if lecture or own(plan, "prepare") is False:
        message = "no prepare_model_for_kbit_training: norms, embeddings and head keep their file's half precision"
        older = "; before transformers 5, inputs get no gradient under checkpointing" if lecture else ""
        yield error("prepared_for_kbit" if lecture else "methods", message + older)


def no_train_function(plan: Plan) -> Iterator[Hit]:
    if plan.lecture and not plan.lecture.train_function:
        yield error("train_function", "the code sets up a model and never trains it")


def is_adapter(plan: Plan) -> bool:
    """Whether a few new weights learn beside frozen ones."""
    return plan.trains and plan.kind not in ("full", "frozen", "base")


def rate_of_full_tuning(plan: Plan) -> Iterator[Hit]:
    rate, usual = plan.train.learning_rate, plan.rate()
    if not is_adapter(plan) or rate is None or rate > FULL_RATE:
        return
    name = plan.called("learning_rate")
    default = " (transformers' default)" if plan.lecture and name not in plan.arguments else ""
    here = f"; {usual:.2g} is {plan.kind}'s own for {size(plan)}" if usual and usual > rate else ""
    yield warning(name, f"{name} {rate:g}{default} is a rate of full tuning, adapters want 1e-4 and above{here}")


def rate_far_from_the_size(plan: Plan) -> Iterator[Hit]:
    """Small models need and bear more than the lectures' rates, which are for 100M parameters and up."""
    rate, usual, name = plan.train.learning_rate, plan.rate(), plan.called("learning_rate")
    if is_adapter(plan) and rate is not None and rate <= FULL_RATE:
        return  # the rule above says so
    if rate and usual and not usual / FAR <= rate <= usual * FAR:
        way = f"{usual / rate:.0f} times below" if rate < usual else f"{rate / usual:.0f} times above"
        yield warning(name, f"{name} {rate:g} is {way} {usual:.2g}, {plan.kind}'s own for {size(plan)}")


def size(plan: Plan) -> str:
    """ "1.3B parameters"."""
    count = float(plan.facts.parameters or 0)
    for unit, least in (("B", 1e9), ("M", 1e6)):
        if count >= least:
            return f"{count / least:.3g}{unit} parameters"
    return f"{count:,.0f} parameters"


def own(plan: Plan, option: str) -> Any:
    """An option of the method's name, where the form runs here."""
    return None if plan.lecture else getattr(plan.options, option, None)


def adapter_scale(plan: Plan) -> Iterator[Hit]:
    """A rank without its alpha changes how large the update is."""
    by_hand = plan.lecture.lora_by_hand if plan.lecture else None
    if (by_hand and not by_hand.scaled) or own(plan, "scale") == "none":
        yield error("scaled" if by_hand else "methods", "no alpha / r: the size of the update grows with the rank")
        return
    lora = plan.lecture.lora if plan.lecture else None
    rank = lora.get("r") if lora and "lora_alpha" not in lora else None
    if isinstance(rank, int) and rank > 8:
        yield warning("lora", f"r {rank} without lora_alpha: peft's 8 scales the update by {8 / rank:g}")
    rank, alpha = own(plan, "r"), own(plan, "alpha")
    if rank and alpha and alpha < rank and plan.kind != "rslora":  # rsLoRA divides by the root of r
        yield warning("methods", f"{plan.method}: alpha {alpha} / r {rank} scales the update by {alpha / rank:g}")


def adapter_start(plan: Plan) -> Iterator[Hit]:
    by_hand = plan.lecture.lora_by_hand if plan.lecture else None
    if (by_hand and by_hand.initial_a == by_hand.initial_b == "random") or own(plan, "start") == "random":
        message = "A and B are both random: the model is disturbed before the first step; one must start at zero"
        yield error("initial_b" if by_hand else "methods", message)
    elif by_hand and by_hand.initial_a == by_hand.initial_b == "zero":
        yield error("initial_b", "A and B are both zero: neither ever gets a gradient")


def adapter_shape(plan: Plan) -> Iterator[Hit]:
    by_hand = plan.lecture.lora_by_hand if plan.lecture else None
    if by_hand and by_hand.product == "in, out":
        message = "A @ B is (in, out), the weight (out, in): it fails, or is silently wrong where the two are equal"
        yield error("product", message)


def half_precision(plan: Plan) -> Iterator[Hit]:
    """T5 was pretrained in bfloat16; transformers keeps part of it in float32 for this reason."""
    if plan.train.precision == "float16" and plan.facts.encoder_decoder:
        name = plan.called("precision")
        yield warning(name, "T5's activations can overflow in float16; bfloat16 has their range")
