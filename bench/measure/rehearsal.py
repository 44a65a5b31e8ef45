"""A step of training and a step of generation gone through without bytes, as the run will take them.

The same loss, optimizer, clipping and autocast as in bench/training; the largest batch decides the peak, and from the
second step on the optimizer's states are there before the activations are.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

import torch

from bench.config import TrainConfig
from bench.measure.activations import LiveTensors, Peak
from bench.measure.architecture import Outline, constants
from bench.measure.memory import (
    ACTIVATIONS,
    ADAPTER,
    CACHE,
    CONSTANTS,
    GRADIENTS,
    OPTIMIZER,
    TEMPORARY,
    WEIGHTS,
    Batch,
    Questions,
)


def load_peak(made: Outline, device: str) -> Peak:
    """The weights as they stay, and what was alive beside them while they were made."""
    live = LiveTensors(device)
    with made.mode:
        named(live, made.model)
    stay = live.peak()
    beside = max(made.load_peak_bytes - stay.total, made.file_bytes)
    return Peak(dict(stay.parts) | ({TEMPORARY: beside} if beside > 0 else {}))


def train_peak(made: Outline, train: TrainConfig, batch: Batch, device: str, steps: int) -> Peak:
    """The peak of a training of that many steps."""
    model, live = made.model, LiveTensors(device, batch.labelled)
    prepare(model, train)
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    with made.mode, live:
        named(live, model)
        optimizer = torch.optim.AdamW(trained, lr=1e-4, weight_decay=train.weight_decay, fused=True)
        if steps > 1:
            # A step on gradients of zero makes the states, as the first step of a run does.
            for weight in trained:
                weight.grad = torch.zeros_like(weight)
            update(live, optimizer, trained, train)
        for _ in range(min(train.accumulation, 2)):
            loss_and_gradients(live, model, inputs(live, model, batch, device), train, device)
        update(live, optimizer, trained, train)
    return live.peak()


def named(live: LiveTensors, model: Any) -> None:
    """Counts the model's own tensors under their kinds."""
    weights = list(model.parameters())
    if any(not weight.requires_grad for weight in weights) and hasattr(model, "peft_config"):
        live.name((weight for weight in weights if weight.requires_grad), ADAPTER)
    live.name((*weights, *model.buffers()), WEIGHTS)
    live.name(constants(model), CONSTANTS)


def prepare(model: Any, train: TrainConfig) -> None:
    """The model as the trainer sets it."""
    from bench.training.dropout import set_dropout

    model.train()
    if train.dropout is not None:
        set_dropout(model, train.dropout)
    if train.gradient_checkpointing:
        inner = model.get_base_model() if hasattr(model, "get_base_model") else model
        # Dropout is drawn again from a generator's state, which tensors without values have not.
        inner.activation_checkpointing_enable({"use_reentrant": False, "preserve_rng_state": False})


def inputs(live: LiveTensors, model: Any, batch: Batch, device: str) -> dict[str, torch.Tensor]:
    """A batch of this shape; which of its tokens are labelled is for LiveTensors to say."""
    ids = torch.zeros(batch.examples, batch.length, dtype=torch.int64, device=device)
    answers = torch.zeros(batch.examples, max(batch.answer, 1), dtype=torch.int64, device=device)
    labels = answers if model.config.is_encoder_decoder else torch.zeros_like(ids)
    made = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": labels}
    live.name(made.values(), ACTIVATIONS)
    return made


def loss_and_gradients(
    live: LiveTensors, model: Any, batch: Mapping[str, torch.Tensor], train: TrainConfig, device: str
) -> None:
    from bench.training.loss import labelled_loss
    from bench.training.smoothing import smoothed_loss

    with autocast(train.precision, device):
        smoothing = train.label_smoothing
        loss, _ = smoothed_loss(model, batch, smoothing) if smoothing else labelled_loss(model, batch)
        live.name_rest(ACTIVATIONS)
    loss.backward()
    live.name((weight.grad for weight in model.parameters()), GRADIENTS)


def autocast(precision: str | None, device: str) -> AbstractContextManager[Any]:
    if precision in (None, "float32"):
        return nullcontext()
    return torch.autocast(device.partition(":")[0], dtype=getattr(torch, str(precision)))


def update(live: LiveTensors, optimizer: Any, trained: list[Any], train: TrainConfig) -> None:
    """Clips, steps and forgets the gradients."""
    live.name((weight.grad for weight in trained), GRADIENTS)
    if train.max_grad_norm:
        torch.nn.utils.clip_grad_norm_(trained, train.max_grad_norm)
    optimizer.step()
    states = (value for state in optimizer.state.values() for value in state.values())
    live.name((value for value in states if isinstance(value, torch.Tensor)), OPTIMIZER)
    optimizer.zero_grad()


def generate_peak(made: Outline, questions: Questions, device: str) -> Peak:
    """The larger of reading the prompts and of the last step, when keys and values are longest."""
    model, live = made.model.eval(), LiveTensors(device)
    reader = base_of(model)
    questions = replace(questions, length=questions.length + virtual_tokens(model))
    with made.mode, torch.no_grad():
        with live:
            named(live, model)
            live.name(held(read(reader, questions, device, new=1)), CACHE)
        before = read(reader, questions, device, new=questions.new_tokens)
        with live:
            live.name(held(before), CACHE)
            live.name(held(go_on(reader, before, questions, device)), CACHE)
    return live.peak()


def virtual_tokens(model: Any) -> int:
    from bench.training.loss import virtual_tokens as learned

    return learned(model)


def base_of(model: Any) -> Any:
    """Without learned tokens, whose places the prompt's length has taken in."""
    return model.get_base_model() if virtual_tokens(model) else model


def read(model: Any, questions: Questions, device: str, *, new: int) -> Any:
    """What the model gives after the prompts and all new tokens but the last of `new`."""
    from bench.training.loss import slices_logits

    seq2seq = model.config.is_encoder_decoder
    length = questions.length + (0 if seq2seq else new - 1)
    ids = torch.zeros(questions.prompts, length, dtype=torch.int64, device=device)
    given: dict[str, Any] = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "use_cache": True}
    if seq2seq:
        given["decoder_input_ids"] = torch.zeros(questions.prompts, new, dtype=torch.int64, device=device)
    elif slices_logits(model):
        given["logits_to_keep"] = 1
    return model(**given)


def held(out: Any) -> Iterator[torch.Tensor]:
    """Keys and values, and what an encoder has made of the prompts."""
    encoded = getattr(out, "encoder_last_hidden_state", None)
    if encoded is not None:
        yield encoded
    cache = out.past_key_values
    for part in (getattr(cache, f"{kind}_attention_cache", None) for kind in ("self", "cross")):
        yield from keys_and_values(part)
    yield from keys_and_values(cache)


def keys_and_values(cache: Any) -> Iterable[torch.Tensor]:
    layers = getattr(cache, "layers", None) or ()
    return [tensor for layer in layers for tensor in (layer.keys, layer.values) if tensor is not None]


def go_on(model: Any, before: Any, questions: Questions, device: str) -> Any:
    """One more token, and its logits in float32 as generation compares them."""
    from transformers.modeling_outputs import BaseModelOutput

    token = torch.zeros(questions.prompts, 1, dtype=torch.int64, device=device)
    seen = questions.length + (0 if model.config.is_encoder_decoder else questions.new_tokens)
    mask = torch.ones(questions.prompts, seen, dtype=torch.int64, device=device)
    given = {"attention_mask": mask, "past_key_values": before.past_key_values, "use_cache": True}
    if model.config.is_encoder_decoder:
        encoded = BaseModelOutput(last_hidden_state=before.encoder_last_hidden_state)
        out = model(decoder_input_ids=token, encoder_outputs=encoded, **given)
    else:
        out = model(input_ids=token, **given)
    out.logits[:, -1].to(torch.float32, copy=True)
    return out
