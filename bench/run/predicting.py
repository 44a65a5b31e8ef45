"""A case's memory, predicted in its child from the config and the shape of its data, to stand beside the measured.

It is done when everything is measured, so that it costs the case no memory that would be counted.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bench.config import GenerateConfig, TrainConfig
from bench.errors import Unavailable
from bench.measure.memory import Batch, Questions
from bench.run.workbench import Workbench


def predicted(work: Workbench, generation: GenerateConfig) -> dict[str, Any]:
    """Estimate.as_dict() of the case; {"why": reason} where torch cannot count without values.

    `generation` has its limit filled in.
    """
    from bench.measure.estimate import estimate
    from bench.training.trainer import resolved

    trained = work.find("train") if work.method.TRAINS else None
    steps = trained.info["resolved"]["train"]["steps"] if trained else 0
    train = resolved(work.case.train, work.method, work.load["total_params"]) if trained else work.case.train
    try:
        found = estimate(
            work.source,
            work.method,
            work.config,
            train,
            batches(work, train, steps) if trained else (),
            questions(work, generation),
            dtype=work.dtype,
            device=work.device,
            steps=steps,
        )
    except Unavailable as error:
        return {"why": str(error)}
    return replace(found, method=work.case.method).as_dict()


def batches(work: Workbench, train: TrainConfig, steps: int) -> tuple[Batch, ...]:
    """The largest of the batches that were drawn."""
    from bench.training.preparation import fitted, fitting

    rendered = work.trained(work.dataset.train[: train.max_examples])
    train, _ = fitted(train, work.model)
    stop = rendered[0].stop if rendered else ""
    kept, _ = fitting(work.tokenizer, [each.chunks for each in rendered], train, work.model, stop)
    return heaviest(kept, train, work.case.seed, steps)


def heaviest(kept: Sequence[Any], train: TrainConfig, seed: int, steps: int) -> tuple[Batch, ...]:
    """Of the encoded examples' batches of so many steps the one of most tokens and the one of most labelled tokens."""
    from bench.training.batches import LengthGroupedBatches

    sampler = LengthGroupedBatches([example.length for example in kept], train.batch_size, seed)
    drawn: list[list[int]] = []
    while len(drawn) < steps * train.accumulation:
        drawn += sampler.epoch()
    shapes = [shape([kept[place] for place in batch]) for batch in drawn[: steps * train.accumulation]]
    most = (max(shapes, key=lambda each: each.examples * (each.length + each.answer)),
            max(shapes, key=lambda each: each.labelled))  # fmt: skip
    return tuple(dict.fromkeys(most))


def shape(examples: Sequence[Any]) -> Batch:
    """Of encoded examples that are padded together."""
    from bench.training.batches import IGNORED

    return Batch(
        examples=len(examples),
        length=max(len(example.input_ids) for example in examples),
        labelled=sum(label != IGNORED for example in examples for label in example.labels) or 1,
        answer=0 if examples[0].joined else max(len(example.labels) for example in examples),
    )


def questions(work: Workbench, generation: GenerateConfig) -> Questions | None:
    """The first batch of prompts in the case's own form: the longest ones; None where nothing is asked."""
    from bench.generation.generate import encode_prompts
    from bench.run.asking import prompt_of

    asked = work.dataset.test[: generation.max_examples]
    rendered = work.asked(asked, work.own_form(), work.shots())
    if not rendered or generation.max_new_tokens is None:
        return None
    seq2seq = bool(work.model.config.is_encoder_decoder)
    prompts = [prompt_of(each) for each in rendered]
    encoded = encode_prompts(work.tokenizer, prompts, seq2seq=seq2seq, stop=rendered[0].stop)
    return Questions(min(generation.batch_size, len(encoded)), max(map(len, encoded)), generation.max_new_tokens)
