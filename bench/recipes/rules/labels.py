"""Rules about what bears loss: stop token, padding, prompt, and the parts of an encoder-decoder (T3, T4)."""

from collections.abc import Iterator

from bench.config import TrainConfig
from bench.recipes.plan import Plan
from bench.recipes.rules import Hit, error, warning

MUCH_SMOOTHING = 0.3
"""Label smoothing above which the target no longer leads; 0.1 is usual."""


def stop_token_untrained(plan: Plan) -> Iterator[Hit]:
    """transformers issue 23530: the collator turns every pad token of the labels into -100, EOS with it."""
    lecture, name = plan.lecture, "stop_token"
    if lecture is None:
        if plan.train.stop_token != "trained":  # noqa: S105
            written = "is not written" if plan.train.stop_token == "absent" else "bears no loss"  # noqa: S105
            yield error(name, f"the stop token {written} ({plan.train.stop_token}): the model never learns to stop")
        return
    if plan.facts.encoder_decoder and lecture.text == "apart":
        return  # T5's tokenizer ends each target with EOS by itself
    if lecture.data_collator and lecture.pad_token == "eos":  # noqa: S105
        also = "" if lecture.eos_appended else "; the template writes none, either"
        yield error("data_collator", f"pad = EOS and {lecture.data_collator}: EOS is never trained{also}")
    elif not lecture.eos_appended:
        yield error("eos_appended", "no EOS after the answer: the model never learns to stop")


def no_pad_token(plan: Plan) -> Iterator[Hit]:
    if plan.lecture and plan.lecture.pad_token == "none" and plan.train.batch_size > 1:  # noqa: S105
        message = f"{plan.facts.model or 'the tokenizer'} has no pad token and none is set: a batch cannot be padded"
        yield error("pad_token", message)


def no_labels(plan: Plan) -> Iterator[Hit]:
    if plan.lecture and plan.lecture.labels == "none" and not plan.lecture.data_collator:
        yield error("labels", "no labels and no collator that makes them: the Trainer finds no loss and raises")


def labels_thrown_away(plan: Plan) -> Iterator[Hit]:
    if plan.lecture and plan.lecture.data_collator and plan.lecture.labels == "response":
        yield error("labels", f"{plan.lecture.data_collator} makes labels anew: those of the response are thrown away")


def prompt_trained(plan: Plan) -> Iterator[Hit]:
    if plan.train.loss_on == "all" and not plan.facts.encoder_decoder:
        message = "the prompt bears loss, too: the model also learns to write instructions"
        yield warning("labels" if plan.lecture else "loss_on", message)


def whole_text_for_an_encoder(plan: Plan) -> Iterator[Hit]:
    if plan.lecture and plan.facts.encoder_decoder and plan.lecture.text == "whole":
        message = "prompt and answer are one text, but this model has an encoder, which would read the answer"
        yield error("text", f"{message}: give the prompt as input and the answer as labels")


def much_smoothing(plan: Plan) -> Iterator[Hit]:
    share = plan.train.label_smoothing
    if share > MUCH_SMOOTHING:
        name = plan.called("label_smoothing")
        yield warning(
            name, f"{name} {share:g} takes {100 * share:.0f} % of the probability from the right token; 0.1 is usual"
        )


def longer_than_the_model(plan: Plan) -> Iterator[Hit]:
    """The default is lowered to the model's positions without a word; a chosen length is worth one."""
    positions, length, name = plan.facts.positions, plan.train.max_length, plan.called("max_length")
    if positions and length > positions and length != TrainConfig.max_length:
        message = f"{name} {length} > {positions} positions of {plan.facts.model or 'the model'}"
        yield warning(name, f"{message}: examples of more than {positions} tokens cannot be trained on")
