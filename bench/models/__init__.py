"""Base models, one file for each place they come from; `open(argument)` gives a ModelSource without torch."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.errors import Unavailable, UserError
from bench.models._exported import Adapter

CONTENT = (
    "config.json",
    "generation_config.json",
    "*.safetensors",
    "*.safetensors.index.json",
    "tokenizer*",
    "vocab.json",
    "merges.txt",
    "special_tokens_map.json",
    "added_tokens.json",
    "*.model",
    "chat_template*",
)
"""What a model's content key covers, and all that is fetched from the Hub: nothing here can hold code."""

TOKENIZERS = ("tokenizer.json", "tokenizer.model", "spiece.model", "vocab.json")
"""Any of these makes a tokenizer."""

PICKLES = ("pytorch_model*.bin", "*.pt", "*.pth", "*.ckpt")
"""Weights whose loading can run code; never loaded, only named in the message."""


@dataclass(frozen=True)
class ModelSource:
    """Where a base model's config, weights and tokenizer are, and how to load them."""

    name: str
    """As the user wrote it, e.g. "tiny-gpt2" or "local:../models/stories260K"."""
    folder: Path | None = None
    """Local files; None for `shape:`, whose weights are drawn when it is loaded."""
    hub_id: str | None = None
    """`owner/name` on the Hugging Face Hub, when it came from there."""
    revision: str | None = None
    """Commit that the Hub's files are of."""
    architecture: Mapping[str, Any] = field(default_factory=dict)
    """`shape:` only: the config, `model_type` included."""
    no_quality: str = ""
    """"" or why quality columns stay empty, e.g. "random weights (shape:gpt2)"."""
    adapter: Adapter | None = None
    """What is added to the weights in `folder`, and where the tokenizer lies."""

    @property
    def added(self) -> Adapter | None:
        """The adapter, where the weights are its base's; all weights trained on top of both lie in another folder."""
        return self.adapter if self.adapter is not None and self.adapter.base.folder == self.folder else None

    @property
    def unmerged(self) -> Adapter | None:
        """The adapter that stays beside its base: QLoRA's, and learned tokens."""
        return self.adapter if self.adapter is not None and self.adapter.stays else None

    def refuse_training(self) -> None:
        """Raises Unavailable, in one line, where nothing can be trained on top: an adapter stays beside its base."""
        if self.unmerged is not None:
            raise Unavailable(f"{self.name} can be asked (method base) and is no base to train: {self.unmerged.stays}")

    def sha256(self) -> str:
        """Content key: config, weights and tokenizer by the bytes, Hub models by commit. Imports no torch."""
        if self.added is not None:
            return self.added.sha256()
        if self.hub_id is not None:
            return text_sha256(f"{self.hub_id}@{self.revision}")
        if self.folder is None:
            return text_sha256(json.dumps(dict(self.architecture), sort_keys=True))
        return folder_sha256(self.folder)

    def load(self, *, dtype: str = "float32", device: str = "cpu", quantization_config: Any = None) -> Any:
        """The model on `device`, in eval mode.

        `dtype` is a torch name ("float32", "bfloat16"). Raises UserError when weights are missing or misfit, and for an
        adapter that stays beside its base, which `bench.training.opening.opened` loads.
        """
        from bench.models import _weights

        self.refuse_training()
        return _weights.load(self, dtype, device, quantization_config)

    def tokenizer(self) -> Any:
        """The fast tokenizer, able to pad: with EOS where there is no pad token (labels mask by position)."""
        from bench.models import _weights

        return _weights.tokenizer(self)


def text_sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def folder_sha256(folder: Path) -> str:
    """Hash of names and bytes of the files that decide what the model says; a README does not count."""
    paths = {path for pattern in CONTENT for path in folder.glob(pattern) if path.is_file()}
    total = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.name):
        with path.open("rb") as file:
            total.update(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()


def check_folder(folder: Path, name: str) -> None:
    """Raises UserError, in one line, unless the folder holds config, safetensors weights and a tokenizer."""
    if not folder.is_dir():
        raise UserError(f"{name}: no folder {folder} (looked from {Path.cwd()})")
    if not (folder / "config.json").is_file():
        raise UserError(f"{name}: no config.json in {folder}; expected a folder written by save_pretrained")
    if not any(folder.glob("*.safetensors")):
        raise UserError(f"{name}: {no_weights(folder)}")
    if not any((folder / file).is_file() for file in TOKENIZERS):
        raise UserError(f"{name}: no tokenizer in {folder}; expected tokenizer.json beside the weights")
    read_config(folder, name)


def no_weights(folder: Path) -> str:
    pickles = sorted(path.name for pattern in PICKLES for path in folder.glob(pattern))
    if not pickles:
        return f"no weights in {folder}; expected model.safetensors"
    return (
        f"holds only {pickles[0]}; convert it to safetensors: load it where you trust it and call "
        "save_pretrained, which writes model.safetensors (a pickle can run code and is never loaded here)"
    )


def read_config(folder: Path, name: str) -> dict[str, Any]:
    """config.json as a dict; raises UserError when it is not JSON (a Git LFS pointer, a cut-off download)."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except ValueError:
        config = None
    if not isinstance(config, dict):
        raise UserError(f"{name}: {folder / 'config.json'} is not a JSON object; fetch the model again")
    return config


def positions(config: Any) -> int | None:
    """The longest sequence the architecture has positions for, or None (T5's are relative)."""
    found = getattr(config, "max_position_embeddings", None)
    return found if isinstance(found, int) and found > 0 else None
