"""Pretrains a small base model from a recipe: corpus, tokenizer, training, record; seeded, on one thread.

One file for each family; `bench/pretraining/FAMILY.py` says what a family brings along: `corpus`,
`tokenizer`, `encode`, `size`, `new_model`, `loss_of`, `predicted`, and sometimes `finish`.
"""

import hashlib
import importlib
import json
import os
import platform
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
import transformers

from bench.corpus.recipe import Recipe, load_recipe
from bench.pretraining.fitting import Watch, fit, loss_on

STORED_AS = "float16"
"""What weights are written in: half the bytes, and models are loaded in float32 again."""


def pretrain(recipe_path: str | Path, out: str | Path | None = None, watch: Watch | None = None) -> Path:
    """Trains the recipe's model into the folder `out` (default: beside the recipe) and returns it."""
    recipe_path = Path(recipe_path)
    recipe = load_recipe(recipe_path)
    folder = Path(out) if out else recipe_path.with_suffix("")
    family = family_of(recipe)
    torch.set_num_threads(recipe.training.threads)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    started = time.perf_counter()
    texts = family.corpus(recipe.corpus)
    tokenizer = family.tokenizer(texts, recipe)
    held, kept = parted(family.encode(tokenizer, texts, recipe.architecture.positions))
    size = sum(map(family.size, kept))
    print(f"{len(texts)} documents, {size} tokens, vocabulary {len(tokenizer)}", flush=True)
    transformers.set_seed(recipe.training.seed)
    model = family.new_model(recipe.architecture, tokenizer)
    fitted = fit(model, kept, family, recipe.training, watch)
    finished(model, tokenizer, family)
    record = {
        "recipe": recipe.model_dump(),
        "corpus_sha256": corpus_hash(texts),
        "documents": len(texts),
        "corpus_tokens": size,
        "parameters": model.num_parameters(),
        "stored_as": STORED_AS,
        **fitted,
        "held_out_tokens": sum(map(family.size, held)),
        "held_out_loss": round(loss_on(model, held, family), 4),
        "seconds_in_all": round(time.perf_counter() - started, 1),
        "threads": torch.get_num_threads(),
        "machine": platform.machine(),
        "versions": _versions(),
    }
    save(folder, model, tokenizer, record)
    return folder


def family_of(recipe: Recipe) -> ModuleType:
    return importlib.import_module(f"bench.pretraining.{recipe.architecture.family}")


def parted(rows: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    """The first hundredth, which is never trained on, and the rest."""
    held_out = max(1, len(rows) // 100)
    return rows[:held_out], rows[held_out:]


def finished(model: Any, tokenizer: Any, family: ModuleType) -> None:
    """The family's last touch, and weights rounded to what will be stored, so that the record is of those."""
    if hasattr(family, "finish"):
        family.finish(model, tokenizer)
    model.to(getattr(torch, STORED_AS)).float()


def corpus_hash(texts: Sequence[Any]) -> str:
    """Of all texts in their order; a task counts as two."""
    flat = [text for each in texts for text in ((each,) if isinstance(each, str) else each)]
    return hashlib.sha256("\0".join(flat).encode()).hexdigest()


def save(folder: Path, model: Any, tokenizer: Any, record: dict[str, Any]) -> None:
    """Writes beside `folder` and renames at the end, so that a stopped run leaves nothing half-written."""
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    draft.mkdir(parents=True)
    model.generation_config.do_sample = False
    model.to(getattr(torch, STORED_AS)).save_pretrained(draft)
    tokenizer.save_pretrained(draft)
    for path in draft.iterdir():
        path.chmod(0o644)
    (draft / "training.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    if folder.exists():
        shutil.rmtree(folder)
    draft.rename(folder)


def _versions() -> dict[str, str]:
    import tokenizers

    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "tokenizers": tokenizers.__version__,
    }
