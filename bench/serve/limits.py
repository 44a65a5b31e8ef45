"""How much a request may ask for: sizes, numbers and texts, checked before anything else is done with them."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

BODY_BYTES = 64 * 1024
"""A longer body is refused without being read."""
BODY_SECONDS = 15.0
"""A body that takes longer to come is refused."""
TURNS = 128
"""Earlier turns of a conversation."""
NEW_TOKENS = 4096
"""The most that may be asked for; a model's positions often end before."""
STOPS = 4
STOP_CHARACTERS = 64
SEED = 2**63 - 1
SURROGATE = re.compile("[\ud800-\udfff]")


class Strict(BaseModel):
    """What comes from outside: unknown keys, NaN and guessed types are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)


def sound(text: str) -> str:
    """Text that a tokenizer can take, without null characters and lone surrogates."""
    if "\0" in text:
        raise PydanticCustomError("null_character", "must not hold a null character")
    if SURROGATE.search(text):
        raise PydanticCustomError("lone_surrogate", "must not hold half of a surrogate pair")
    return text


def spoken(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "must not be blank")
    return text


Text = Annotated[str, AfterValidator(sound)]
"""Any text; the body's limit is its limit."""
Question = Annotated[str, AfterValidator(sound), AfterValidator(spoken), Field(json_schema_extra={"pattern": r"\S"})]
"""Text that says something."""
Name = Annotated[str, AfterValidator(sound), Field(max_length=256)]
Stop = Annotated[str, AfterValidator(sound), Field(min_length=1, max_length=STOP_CHARACTERS)]

Temperature = Annotated[float, Field(ge=0, le=2, description="0 is greedy decoding, as the benchmark asks")]
TopP = Annotated[float, Field(gt=0, le=1, description="the smallest set of tokens of this probability; 1 is all")]
TopK = Annotated[int, Field(ge=0, le=1_000_000, description="among the k most probable tokens; 0 is all")]
NewTokens = Annotated[
    int, Field(ge=1, le=NEW_TOKENS, description="most tokens of the answer; the model's positions may end before")
]
Seed = Annotated[int, Field(ge=-SEED, le=SEED, description="the same seed gives the same sample")]
