"""What a trained model was made of, as one id: template text, tokenizer, rows, weights and settings.

It is stored with the model. Whoever asks the model (generation, scoring, chat, serving) makes it again from what is
at hand and compares: a model asked in another template, or with another tokenizer, is not the model that was tuned.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.errors import UserError
from bench.prompts.rendering import probe_sha256
from bench.record import dump_json, write_atomic

FILE = "fingerprint.json"
"""Lies beside the weights of a trained model."""


@dataclass(frozen=True)
class Fingerprint:
    """Hashes of the five things; equal ids mean the same model, asked in the same way."""

    template: str
    """A fixed example, with input, system message, earlier turns and a demonstration, as the template writes it."""
    tokenizer: str
    """Vocabulary, merges, normalisation, special tokens and chat template."""
    rows: str
    """Training and validation rows; "" for an untuned model."""
    weights: str
    """The base model's files, or the Hub's commit."""
    configs: str
    """How it was trained: method, its settings, the training knobs and the seed; "" for an untuned model."""

    @property
    def id(self) -> str:
        return digest(asdict(self))

    def as_dict(self) -> dict[str, str]:
        return {"id": self.id, **asdict(self)}


def fingerprint(template: str, tokenizer: Any, *, rows: str, weights: str, configs: Mapping[str, Any]) -> Fingerprint:
    """The fingerprint of a model that is about to be trained or asked."""
    return Fingerprint(
        template=probe_sha256(template, tokenizer),
        tokenizer=tokenizer_sha256(tokenizer),
        rows=rows,
        weights=weights,
        configs=digest(configs) if configs else "",
    )


def tokenizer_sha256(tokenizer: Any) -> str:
    """Hash of everything that turns text into ids, whatever files it was read from."""
    # The padding and truncation that a call leaves behind are no part of it.
    inner = json.loads(tokenizer.backend_tokenizer.to_str()) | {"padding": None, "truncation": None}
    special = {name: str(token) for name, token in tokenizer.special_tokens_map.items()}
    return digest([inner, special, tokenizer.chat_template])


def digest(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def write(folder: Path, made: Fingerprint) -> None:
    write_atomic(folder / FILE, dump_json(made.as_dict()) + "\n")


def read(folder: Path) -> Fingerprint:
    """The fingerprint stored with a model. Raises UserError when there is none, or its id is not that of its fields."""
    path = folder / FILE
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        known = Fingerprint(**{key: value for key, value in stored.items() if key != "id"})
    except (OSError, ValueError, TypeError, AttributeError):
        raise UserError(f"{path}: no whole fingerprint beside this model; train it again (--bench-fresh)") from None
    if stored.get("id") != known.id:
        raise UserError(f"{path}: the id is not that of the fields below it; train the model again (--bench-fresh)")
    return known


def check(stored: Fingerprint, now: Fingerprint, where: str) -> None:
    """Raises UserError that names every field in which a stored model or its outputs and the present ones differ."""
    before, after = asdict(stored), asdict(now)
    odd = [
        f"{name} (stored {before[name][:8] or 'none'}, now {after[name][:8] or 'none'})"
        for name in before
        if before[name] != after[name]
    ]
    if odd:
        raise UserError(f"{where}: made with another {', '.join(odd)}; use what it was made with, or run --bench-fresh")
