"""The recipe of a pretrained model: a TOML file, validated before anything is generated or trained."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bench.corpus.documents import KINDS
from bench.errors import UserError


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Architecture(Part):
    """Sizes of a GPT-2 model without dropout."""

    width: int = Field(gt=0)
    layers: int = Field(gt=0)
    heads: int = Field(gt=0)
    positions: int = Field(gt=0)


class Corpus(Part):
    """How many documents of which kinds."""

    seed: int
    documents: int = Field(ge=200)
    mix: dict[str, float]
    """Share of each kind of `bench.corpus.documents`; any scale."""

    @field_validator("mix")
    @classmethod
    def _known(cls, mix: dict[str, float]) -> dict[str, float]:
        unknown = sorted(set(mix) - set(KINDS))
        if unknown:
            raise ValueError(f"unknown kind of document {unknown[0]!r}; known: {', '.join(KINDS)}")
        return mix


class Training(Part):
    """One pass of AdamW with warm-up and cosine decay over documents, one a row."""

    seed: int
    tokens: int = Field(gt=0)
    """Tokens to train on; more than the corpus has means further epochs."""
    batch: int = Field(gt=0)
    """Documents per step."""
    learning_rate: float = Field(gt=0)
    warmup_steps: int = Field(ge=0)
    weight_decay: float = Field(ge=0)
    threads: int = Field(default=1, gt=0)


class Recipe(Part):
    """Everything that decides the resulting model."""

    entries: int = Field(ge=300)
    """Entries of the tokenizer: bytes, digits, merges and two special tokens."""
    words: list[str] = []
    """Words that the tokenizer keeps whole although the corpus holds them seldom: those of the template."""
    architecture: Architecture
    corpus: Corpus
    training: Training


def load_recipe(path: Path) -> Recipe:
    """The recipe in a TOML file; raises UserError of one line that names file and key."""
    try:
        return Recipe.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise UserError(f"{path}: no such recipe; the embedded one is fixtures/models/tiny-gpt2.toml") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not a TOML file: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(f"{path}: '{'.'.join(map(str, first['loc']))}': {first['msg']}") from None
