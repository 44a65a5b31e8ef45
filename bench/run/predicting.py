"""A case's memory, predicted in its child from the config and the shape of its data, to stand beside the measured.

It is done when everything is measured, so that it costs the case no memory that would be counted.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from bench.config import GenerateConfig, TrainConfig
from bench.errors import Unavailable, UserError
from bench.measure.memory import Batch, Questions
from bench.measure.packages import versions
from bench.prompts.rendering import Rendered
from bench.run.keys import LIBRARIES, code_sha256, digest
from bench.run.workbench import Workbench


def predicted(work: Workbench, generation: GenerateConfig) -> dict[str, Any]:
    """Estimate.as_dict() of the case; {"why": reason} where torch cannot count without values.

    `generation` has its limit filled in.
    """
    from bench.measure.estimate import that_matter
    from bench.training.trainer import resolved

    trained = work.find("train") if work.method.TRAINS else None
    steps = trained.info["resolved"]["train"]["steps"] if trained else 0
    train = resolved(work.case.train, work.method, work.load["total_params"]) if trained else work.case.train
    if trained:  # a budget of memory may have cut the batches
        told = trained.info["resolved"]["train"]
        train = replace(train, batch_size=told["batch_size"], accumulation=told["accumulation"])
    batch = largest_batch(work, train, steps) if trained else None
    training = estimated(work, that_matter(train), batch, None, min(steps, 2))
    # Cases that train on other batches are asked the same questions.
    asking = estimated(work, TrainConfig(), None, questions(work, generation), 0)
    if "why" in asking or "why" in training:
        return training if "why" in training else asking
    return training | {name: asking[name] for name in ("generate", "generate_bytes", "questions")}


def estimated(
    work: Workbench, knobs: TrainConfig, batch: Batch | None, asked: Questions | None, steps: int
) -> dict[str, Any]:
    """Estimate.as_dict() of a part of the case, made once for all cases that share it."""
    from bench.measure.estimate import estimate

    def make() -> dict[str, Any]:
        options: dict[str, Any] = {"dtype": work.dtype, "device": work.device, "steps": steps}
        try:
            found = estimate(work.source, work.method, work.config, knobs, [batch] if batch else [], asked, **options)
        except Unavailable as error:
            return {"why": str(error)}
        return replace(found, method=work.case.method).as_dict()

    shapes = [each and asdict(each) for each in (batch, asked)]
    parts = [work.weights, work.case.method, asdict(work.config), asdict(knobs), shapes]
    machine = [work.dtype, work.device, steps, versions(LIBRARIES)]
    code = [code_sha256(work.method.__name__), code_sha256("bench.measure.estimate")]
    made: dict[str, Any] = work.store.remember(digest("estimate", parts, machine, code), make)
    return made


def within_memory(work: Workbench, train: TrainConfig, rendered: Sequence[Rendered]) -> TrainConfig:
    """The config with batches that fit its budget of memory and, accumulated, are as large as those asked for.

    The budget is for the model, its training and its batches; what the process takes for itself (libraries, the CUDA
    context) is not in it. Raises UserError where one example does not fit.
    """
    if train.max_memory_gib is None:
        return train
    heavy = heavy_example(encoded(work, train, rendered))
    if fitting_batch(work, train, heavy) >= train.batch_size:
        return train
    # Of a batch that is cut, the gradients of the first part stay while the next one is gone through.
    fits = fitting_batch(work, replace(train, accumulation=2), heavy)
    if not fits:
        raise UserError(
            f"train.max_memory_gib {train.max_memory_gib:g} is too little for {work.case.method} on {work.case.model}: "
            f"one example of {heavy.length} tokens does not fit; `tunebench estimate` says what it takes"
        )
    batch = max(size for size in range(1, train.batch_size + 1) if train.batch_size % size == 0 and size <= fits)
    return replace(train, batch_size=batch, accumulation=train.accumulation * (train.batch_size // batch))


def fitting_batch(work: Workbench, train: TrainConfig, heavy: Batch) -> int:
    """The most of the heaviest examples that fit together; 0 where not even one does."""
    from bench.measure.estimate import micro_batch

    return micro_batch(
        work.source,
        work.method,
        work.config,
        train,
        int((train.max_memory_gib or 0) * 2**30),
        length=heavy.length,
        labelled=heavy.labelled,
        answer=heavy.answer,
        dtype=work.dtype,
        device=work.device,
    )


def heavy_example(kept: Sequence[Any]) -> Batch:
    """One example as long as the longest and with as many labels as any."""
    alone = [shape([example]) for example in kept]
    return Batch(
        1, max(each.length for each in alone), max(each.labelled for each in alone), max(each.answer for each in alone)
    )


def largest_batch(work: Workbench, train: TrainConfig, steps: int) -> Batch:
    """Of the batches that were drawn."""
    rendered = work.trained(work.dataset.train[: train.max_examples])
    return heaviest(encoded(work, train, rendered), train, work.case.seed, steps)


def encoded(work: Workbench, train: TrainConfig, rendered: Sequence[Rendered]) -> list[Any]:
    """The examples that are short enough to be trained on, as training encodes them."""
    from bench.training.preparation import fitted, fitting

    train, _ = fitted(train, work.model)
    stop = rendered[0].stop if rendered else ""
    return list(fitting(work.tokenizer, [each.chunks for each in rendered], train, work.model, stop)[0])


def heaviest(kept: Sequence[Any], train: TrainConfig, seed: int, steps: int) -> Batch:
    """Of the encoded examples' batches of so many steps the one of most tokens, with as many labels as any has.

    Nearly always the two are one batch; where they are not, this is a little more than any batch takes.
    """
    from bench.training.batches import LengthGroupedBatches

    sampler = LengthGroupedBatches([example.length for example in kept], train.batch_size, seed)
    drawn: list[list[int]] = []
    while len(drawn) < steps * train.accumulation:
        drawn += sampler.epoch()
    shapes = [shape([kept[place] for place in batch]) for batch in drawn[: steps * train.accumulation]]
    most = max(shapes, key=lambda each: each.examples * (each.length + each.answer))
    return replace(most, labelled=max(each.labelled for each in shapes))


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
