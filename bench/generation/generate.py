"""From prompts to continuations: padded on the left, greedy unless a temperature is given, ended by EOS.

A prompt is tokenised exactly as in training. Every setting of a model's own generation_config.json that would
bend the text (sampling, penalties, lengths) is left out, so two models are always asked in the same way.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from bench.config import GenerateConfig
from bench.errors import UserError
from bench.training.batches import Prompt, encode_prompts, encode_responses, padded, stop_id
from bench.training.loss import text_positions

FEWEST, MOST = 16, 256
"""Bounds of the default max_new_tokens."""

Progress = Callable[[int, int, float], None]
"""Called with prompts answered, prompts in all, and new tokens per second."""


@dataclass(frozen=True)
class Generated:
    """One continuation."""

    text: str
    """Decoded without special tokens, not stripped or cut."""
    prompt_tokens: int
    """Tokens of the prompt, padding not counted."""
    new_tokens: int
    """Tokens generated, EOS included, padding not counted."""
    finished: bool
    """True when the model ended by EOS, False when max_new_tokens cut it off."""


def max_new_tokens_for(tokenizer: Any, responses: Sequence[str], *, room: int | None = None) -> int:
    """Enough for 99 % of these responses with EOS, 16 to 256 tokens, within `room` where that is over 16."""
    lengths = sorted(len(ids) for ids in encode_responses(tokenizer, responses))
    if not lengths:
        lengths = [MOST]
    enough = lengths[min(len(lengths) - 1, -(-len(lengths) * 99 // 100) - 1)]
    return max(min(enough, MOST, MOST if room is None else room), FEWEST)


def room_after(model: Any, tokenizer: Any, prompts: Sequence[Prompt], *, stop: str = "") -> int | None:
    """Positions that the longest of these prompts leaves for an answer; None where positions do not end."""
    limit = None if model.config.is_encoder_decoder else text_positions(model)
    if limit is None or not prompts:
        return None
    return limit - max(len(ids) for ids in encode_prompts(tokenizer, prompts, stop=stop))


def generate(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[Prompt],
    config: GenerateConfig,
    *,
    device: str,
    seed: int,
    stop: str = "",
    on_progress: Progress | None = None,
) -> list[Generated]:
    """One continuation per prompt, in the prompts' order; `config.max_new_tokens` must be filled in.

    `stop` is the text of the token that ends a response, "" for EOS. In float32 the batch size does not change
    greedy text. Raises UserError when a prompt and its answer do
    not fit into the model's positions.
    """
    if config.max_new_tokens is None:
        raise ValueError("generate() needs max_new_tokens; fill it in with max_new_tokens_for()")
    seq2seq = bool(model.config.is_encoder_decoder)
    encoded = encode_prompts(tokenizer, prompts, seq2seq=seq2seq, stop=stop) if prompts else []
    refuse_long(encoded, config.max_new_tokens, None if seq2seq else text_positions(model))
    settings = generation_config(model, tokenizer, config, stop)
    order = sorted(range(len(encoded)), key=lambda index: len(encoded[index]), reverse=True)
    answers: dict[int, Generated] = {}
    tokens, started = 0, time.perf_counter()
    model.eval()
    for start in range(0, len(order), config.batch_size):
        batch = order[start : start + config.batch_size]
        rows = continue_batch(model, [encoded[index] for index in batch], settings, device, seed + start)
        for index, row in zip(batch, rows, strict=True):
            answers[index] = answer(tokenizer, row, settings.eos_token_id, len(encoded[index]))
            tokens += answers[index].new_tokens
        if on_progress is not None:
            on_progress(len(answers), len(order), tokens / (time.perf_counter() - started))
    return [answers[index] for index in range(len(order))]


def refuse_long(encoded: Sequence[list[int]], max_new_tokens: int, limit: int | None) -> None:
    """A prompt cut to fit would be another question, so it is refused."""
    for index, ids in enumerate(encoded):
        if not ids:
            raise UserError(f"prompt {index} has no token; a model needs at least one to continue")
        if limit is not None and len(ids) + max_new_tokens > limit:
            raise UserError(
                f"prompt {index} has {len(ids)} tokens and with max_new_tokens {max_new_tokens} is "
                f"{len(ids) + max_new_tokens - limit} over the model's {limit} positions; "
                "shorten it or lower generate.max_new_tokens"
            )


def generation_config(model: Any, tokenizer: Any, config: GenerateConfig, stop: str = "") -> Any:
    """Our settings and the model's special tokens, nothing else of its generation_config.json."""
    from transformers import GenerationConfig

    own = model.generation_config
    sampling = {
        "do_sample": True,
        "temperature": config.temperature,
        "top_k": config.top_k,
        "top_p": config.top_p,
    }
    return GenerationConfig(
        max_new_tokens=config.max_new_tokens,
        eos_token_id=stop_tokens(own.eos_token_id, tokenizer.eos_token_id, stop_id(tokenizer, stop)),
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=own.bos_token_id,
        decoder_start_token_id=own.decoder_start_token_id,
        use_cache=True,
        repetition_penalty=config.repetition_penalty,
        **(sampling if config.temperature > 0 else {"do_sample": False}),
    )


def stop_tokens(own: int | Sequence[int] | None, *trained: int) -> list[int]:
    """EOS, the stop token that training teaches, and all that the model's own config ends on."""
    listed: Iterable[int] = () if own is None else (own,) if isinstance(own, int) else own
    return sorted({*trained, *listed})


def continue_batch(model: Any, prompts: Sequence[list[int]], settings: Any, device: str, seed: int) -> list[list[int]]:
    """Ids after each prompt, padding included. Sampling leaves the global generators as they were."""
    width = max(map(len, prompts))
    # An encoder reads from the first position on; virtual tokens before padding would move what T5 says.
    left = not model.config.is_encoder_decoder
    ids = padded(prompts, settings.pad_token_id, left=left).to(device)
    lengths = torch.tensor([len(prompt) for prompt in prompts], device=device)
    places = torch.arange(width, device=device)
    mask = (places >= width - lengths[:, None] if left else places < lengths[:, None]).long()
    with (
        torch.inference_mode(),
        torch.random.fork_rng(enabled=bool(settings.do_sample)),
        OwnSettings(model, settings),
    ):
        if settings.do_sample:
            torch.manual_seed(seed)
        out = model.generate(input_ids=ids, attention_mask=mask, generation_config=settings)
    # An encoder-decoder's output starts with its start token, a causal model's with the prompt.
    return out[:, 1 if model.config.is_encoder_decoder else width :].tolist()


class OwnSettings:
    """Inside, a model's own generation defaults are ours; transformers fills unset values from them."""

    def __init__(self, model: Any, settings: Any) -> None:
        self.model = model.get_base_model() if hasattr(model, "get_base_model") else model
        self.settings = settings

    def __enter__(self) -> None:
        self.kept = self.model.generation_config
        self.model.generation_config = self.settings

    def __exit__(self, *_: object) -> None:
        self.model.generation_config = self.kept


def answer(tokenizer: Any, row: Sequence[int], stops: Sequence[int], prompt_tokens: int) -> Generated:
    """The row up to its first EOS; padding after it may be the very same id."""
    end = next((place for place, token in enumerate(row) if token in stops), None)
    ids = row if end is None else row[:end]
    text = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    return Generated(text, prompt_tokens, len(row) if end is None else end + 1, end is not None)
