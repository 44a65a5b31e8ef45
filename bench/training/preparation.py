"""A run before its first step: the config as the model can take it, examples that fit, and the plan of steps."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from torch.utils.data import DataLoader

from bench.config import STOP_TOKEN, TrainConfig
from bench.errors import UserError
from bench.training.batches import Collator, Conversation, Encoded, LengthGroupedBatches, encode
from bench.training.budget import ENDLESS, budget
from bench.training.checkpoints import identity_of
from bench.training.course import Course
from bench.training.dropout import set_dropout
from bench.training.ledger import Ledger
from bench.training.loss import text_positions
from bench.training.validation import Judge, Validation, looks_while_training, needed_by, refuse_empty

CURVE_POINTS = 100
"""Points of the loss curve; shorter runs record every step."""

ENDLESS_WINDOW = 10
"""Steps per point where the number of steps is not known."""


def fitted(config: TrainConfig, model: Any) -> tuple[TrainConfig, tuple[str, ...]]:
    """The config as this model can take it. Raises UserError for loss where the model gives none."""
    if config.loss_on == "all" and model.config.is_encoder_decoder:
        raise UserError("train.loss_on 'all' needs a causal model; an encoder-decoder gives no prediction of a prompt")
    most = text_positions(model) or config.max_length
    if config.max_length <= most:
        return config, ()
    said = f"train.max_length {config.max_length} is above the model's {most} positions; {most} is used"
    # Nobody asked for the default.
    chosen = config.max_length != TrainConfig().max_length
    return replace(config, max_length=most), (said,) if chosen else ()


def fitting(
    tokenizer: Any, examples: Sequence[Conversation], config: TrainConfig, model: Any, stop: str
) -> tuple[list[Encoded], int]:
    """The training examples that fit, encoded; raises UserError when there are none."""
    chosen = examples[: config.max_examples]
    if not chosen:
        raise UserError("there is no training example; a method that trains needs at least one")
    kept, left_out = encoded(tokenizer, chosen, config, model, stop)
    if not kept:
        raise UserError(
            f"all {left_out} training examples are longer than {config.max_length} tokens; "
            "raise train.max_length or use a model with more positions"
        )
    return kept, left_out


def encoded(
    tokenizer: Any, examples: Sequence[Conversation], config: TrainConfig, model: Any, stop: str
) -> tuple[list[Encoded], int]:
    kept, left_out = encode(
        tokenizer,
        examples,
        max_length=config.max_length,
        seq2seq=bool(model.config.is_encoder_decoder),
        stop=stop,
        loss_on=config.loss_on,
        stop_token=config.stop_token,
    )
    # Without its stop token an empty response has nothing to learn, and a batch of such ones no mean.
    bearing = kept if config.stop_token == STOP_TOKEN[0] else [each for each in kept if each.bears_loss]
    return bearing, left_out + len(kept) - len(bearing)


def looker(
    tokenizer: Any,
    examples: Sequence[Conversation],
    config: TrainConfig,
    model: Any,
    stop: str,
    device: str,
    judge: Judge | None,
) -> Validation | None:
    """The validation split, where a knob needs it; raises UserError when it is empty."""
    if not needed_by(config):
        return None
    kept, _ = encoded(tokenizer, examples, config, model, stop)
    refuse_empty(config, kept)
    return Validation(kept, Collator(tokenizer.pad_token_id), 2 * config.batch_size, device, judge)


def planned(
    config: TrainConfig,
    kept: list[Encoded],
    validation: Validation | None,
    pad_id: int,
    seed: int,
    device: str,
    method: Any,
) -> Course:
    """The run before its first step."""
    batches = LengthGroupedBatches([example.length for example in kept], config.batch_size, seed)
    plan = budget(config, batches, seed)
    if looks_while_training(config) and config.evaluate_every is None:
        config = replace(config, evaluate_every=plan.steps_per_epoch)
    loader: DataLoader[Encoded] = DataLoader(
        kept,  # type: ignore[arg-type,unused-ignore]  # a list is a map-style dataset
        batch_sampler=batches,
        collate_fn=Collator(pad_id),
        pin_memory=device.startswith("cuda"),
    )
    window = ENDLESS_WINDOW if plan.steps == ENDLESS else max(1, plan.steps // CURVE_POINTS)
    return Course(config, plan, loader, Ledger(window), validation=validation, method=method)


def prepared(model: Any, course: Course) -> tuple[str, ...]:
    """Sets what is set on the model itself, and lets the method begin."""
    notices = []
    dropout = course.config.dropout
    if dropout is not None and not set_dropout(model, dropout):
        notices.append(f"train.dropout {dropout}: this model has no dropout to set")
    if begin := course.hook("begin"):
        if course.plan.steps == ENDLESS:
            raise UserError("this method must know its steps; give train.max_steps or epochs beside max_seconds")
        begin(model, course.plan.steps)
    return tuple(notices)


def identity(course: Course, kept: Sequence[Encoded], seed: int, device: str) -> str:
    """Hash of what decides the weights at a step; how often they are saved does not.

    Of the examples it has the lengths; their bytes are in the name of the folder that a case keeps its checkpoints in.
    """
    lengths = [example.length for example in kept]
    return identity_of(asdict(replace(course.config, save_every=None)), seed, device, course.plan.steps, lengths)
