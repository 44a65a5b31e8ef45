"""What OpenAI's routes are asked, as far as a text model can answer it.

Fields that would change an answer in a way that is not built (logprobs, tools, n > 1) are refused, not ignored;
their neutral values are accepted, because clients send them.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from bench.data.example import Turn
from bench.serve import engine as engines
from bench.serve.limits import STOPS, TURNS, Name, NewTokens, Seed, Stop, Strict, Temperature, Text, TopK, TopP
from bench.serve.problems import Disorder


class Part(Strict):
    """A piece of a message."""

    type: Literal["text"]
    text: Text


class Message(Strict):
    """One message of a conversation."""

    role: Literal["system", "developer", "user", "assistant"]
    content: Text | Annotated[list[Part], Field(min_length=1, max_length=TURNS)]
    name: Name | None = None
    refusal: None = None
    annotations: None = None
    audio: None = None
    function_call: None = None
    tool_calls: None = None

    @property
    def text(self) -> str:
        return self.content if isinstance(self.content, str) else "\n".join(part.text for part in self.content)


class StreamOptions(Strict):
    """What a stream holds besides text."""

    include_usage: bool = False


class TextFormat(Strict):
    """The one format of an answer."""

    type: Literal["text"]


class Settings(Strict):
    """What both routes share."""

    model: Name = ""
    """One of /v1/models; the first one without it."""
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: NewTokens | None = None
    temperature: Temperature | None = None
    top_p: TopP | None = None
    top_k: TopK | None = None
    seed: Seed | None = None
    stop: Stop | Annotated[list[Stop], Field(max_length=STOPS)] | None = None
    n: Literal[1] | None = None
    user: Name | None = None
    presence_penalty: Annotated[float, Field(ge=0, le=0)] | None = None
    frequency_penalty: Annotated[float, Field(ge=0, le=0)] | None = None
    logit_bias: None = None

    @property
    def stops(self) -> tuple[str, ...]:
        return (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())

    @property
    def with_usage(self) -> bool:
        return self.stream_options is not None and self.stream_options.include_usage

    def sampling(self) -> dict[str, Any]:
        """What goes into the engine's Request."""
        return {
            "model": self.model,
            "temperature": self.temperature or 0.0,
            "top_p": 1.0 if self.top_p is None else self.top_p,
            "top_k": self.top_k or 0,
            "seed": self.seed,
            "stop": self.stops,
            "pieces": bool(self.stream),
        }


class ChatRequest(Settings):
    """A conversation whose next message is wanted."""

    messages: Annotated[list[Message], Field(min_length=1, max_length=2 * TURNS)]
    """An optional system message, then user and assistant in turn; the last one is the user's."""
    max_completion_tokens: NewTokens | None = None
    logprobs: Literal[False] | None = None
    response_format: TextFormat | None = None
    store: Literal[False] | None = None
    tools: None = None

    def request(self) -> engines.Request:
        """Raises Disorder when the messages are no conversation."""
        system = "\n\n".join(message.text for message in self.messages if message.role in ("system", "developer"))
        said = [message for message in self.messages if message.role in ("user", "assistant")]
        head = [message.role for message in self.messages[: len(self.messages) - len(said)]]
        wanted = ["user", "assistant"] * (len(said) // 2) + ["user"]
        if [message.role for message in said] != wanted or {"user", "assistant"} & set(head):
            raise Disorder()
        turns = zip(said[0:-1:2], said[1::2], strict=True)
        return engines.Request(
            question=said[-1].text,
            system=system,
            history=tuple(Turn(user.text, assistant.text) for user, assistant in turns),
            max_new_tokens=self.max_completion_tokens or self.max_tokens,
            **self.sampling(),
        )


class CompletionRequest(Settings):
    """A text that is to be continued as it is, without a template."""

    prompt: Text | Annotated[list[Text], Field(min_length=1, max_length=1)]
    echo: Literal[False] | None = None
    best_of: Literal[1] | None = None
    logprobs: None = None
    suffix: None = None

    def request(self) -> engines.Request:
        text = self.prompt if isinstance(self.prompt, str) else self.prompt[0]
        return engines.Request(question=text, template="raw", max_new_tokens=self.max_tokens, **self.sampling())
