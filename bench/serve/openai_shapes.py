"""What OpenAI's routes answer, for the OpenAPI document; the official client reads these very fields."""

from typing import Literal

from pydantic import BaseModel


class Usage(BaseModel):
    """Tokens that were read and written."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Said(BaseModel):
    """The model's message."""

    role: Literal["assistant"]
    content: str


class ChatChoice(BaseModel):
    """An answer."""

    index: int
    message: Said
    logprobs: None
    finish_reason: Literal["stop", "length"]


class TextChoice(BaseModel):
    """A continuation."""

    index: int
    text: str
    logprobs: None
    finish_reason: Literal["stop", "length"]


class ChatCompletion(BaseModel):
    """A whole chat answer."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChatChoice]
    usage: Usage


class Completion(BaseModel):
    """A whole continuation."""

    id: str
    object: Literal["text_completion"]
    created: int
    model: str
    choices: list[TextChoice]
    usage: Usage


class Model(BaseModel):
    """A model that is served."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class Models(BaseModel):
    """All of them."""

    object: Literal["list"]
    data: list[Model]
