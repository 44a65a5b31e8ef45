"""The recipe of a pretrained model: a TOML file, validated before anything is generated or trained."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from bench.corpus.documents import KINDS
from bench.corpus.pairs import TASKS
from bench.errors import UserError


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sizes(Part):
    """What every architecture has; none has dropout."""

    width: int = Field(gt=0)
    """Values per token."""
    layers: int = Field(gt=0)
    """Of an encoder-decoder: layers of each."""
    heads: int = Field(gt=0)
    positions: int = Field(gt=0)
    """Longest sequence of training; the architectures with learned positions have so many."""


class GPT2(Sizes):
    """Learned positions, LayerNorm, GELU, four times as wide inside its MLP."""

    family: Literal["gpt2"]


class OPT(Sizes):
    """Learned positions behind an offset of 2, LayerNorm before each part, ReLU."""

    family: Literal["opt"]
    inner: int = Field(gt=0)
    """Width inside the MLP."""


class Llama(Sizes):
    """Rotary positions, RMSNorm, SwiGLU, several heads for each key and value."""

    family: Literal["llama"]
    inner: int = Field(gt=0)
    """Width inside the MLP."""
    key_value_heads: int = Field(gt=0)


class T5(Sizes):
    """Encoder and decoder, relative positions, RMSNorm, gated GELU, embeddings shared with the head."""

    family: Literal["t5"]
    inner: int = Field(gt=0)
    """Width inside the MLP."""
    sentinels: int = Field(gt=0)
    """Tokens that stand for a hidden span."""


Architecture = Annotated[GPT2 | OPT | Llama | T5, Field(discriminator="family")]


def known(kinds: Mapping[str, object], what: str) -> AfterValidator:
    """Refuses shares of what is not among the kinds."""

    def checked(shares: dict[str, float]) -> dict[str, float]:
        if unknown := sorted(set(shares) - set(kinds)):
            raise ValueError(f"unknown kind of {what} {unknown[0]!r}; known: {', '.join(kinds)}")
        return shares

    return AfterValidator(checked)


Documents = Annotated[dict[str, float], known(KINDS, "document")]
Tasks = Annotated[dict[str, float], known(TASKS, "task")]


class Corpus(Part):
    """How many documents of which kinds."""

    seed: int
    documents: int = Field(ge=200)
    mix: Documents
    """Share of each kind of `bench.corpus.documents`; any scale. A T5 model fills in spans that are hidden in them."""
    tasks: Tasks = {}
    """Share of each kind of `bench.corpus.pairs`, on the scale of `mix`; for a T5 model only."""


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
    """Entries of the tokenizer: bytes, digits, merges and special tokens."""
    words: list[str] = []
    """Words that the tokenizer keeps whole although the corpus holds them seldom: those of the template."""
    architecture: Architecture
    corpus: Corpus
    training: Training

    @model_validator(mode="after")
    def _tasks_need_an_encoder(self) -> "Recipe":
        if self.corpus.tasks and self.architecture.family != "t5":
            raise ValueError(f"corpus.tasks are for the family t5, not {self.architecture.family}; leave them out")
        return self


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
        key = ".".join(map(str, first["loc"]))
        raise UserError(f"{path}: {f'{key!r}: ' if key else ''}{first['msg']}") from None
