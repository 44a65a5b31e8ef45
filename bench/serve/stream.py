"""One question to a served model and its answer as it comes; plain Python, so that every reader can use it.

The engine's thread puts pieces of text in, a terminal or a web route takes them out. Whoever no longer reads calls
`cancel()`, and the model stops working on it at its next step.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event

from bench.data.example import Turn
from bench.errors import UserError

GREEDY_BELOW = 0.01
"""A temperature under this is greedy decoding: logits divided by less overflow."""


class TooLong(UserError):
    """A prompt that leaves the model no position for an answer."""

    def __init__(self, prompt_tokens: int, limit: int) -> None:
        super().__init__(
            f"the prompt has {prompt_tokens} tokens; this model takes at most {limit} with room for an answer; "
            "shorten the question or leave out earlier turns"
        )
        self.prompt_tokens, self.limit = prompt_tokens, limit


class Unrenderable(UserError):
    """A conversation that the model's template cannot write."""


class Busy(UserError):
    """More questions are waiting than the engine takes."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many questions are waiting; try again in {retry_after} s")
        self.retry_after = retry_after


class Closing(UserError):
    """The engine is being shut down."""

    def __init__(self) -> None:
        super().__init__("the server is shutting down; ask again when it is back")


class Failed(RuntimeError):
    """The model broke down at this question; the reason is in the server's own log, not in here."""


@dataclass(frozen=True)
class Request:
    """A question with its conversation and how to sample; unset is greedy, as the benchmark asks."""

    question: str
    """The last user turn, as text; the template is put around it here and nowhere else."""
    input: str = ""
    """Text the question is about, or ""."""
    history: tuple[Turn, ...] = ()
    """Earlier turns, oldest first."""
    system: str = ""
    """System message, or ""."""
    model: str = ""
    """Name of an assistant; "" is the first one."""
    template: str = ""
    """"" is the one that the model was tuned with; "raw" continues the bare question."""
    max_new_tokens: int | None = None
    """Most tokens of the answer; None is the engine's default, and the model's positions are the end anyway."""
    temperature: float = 0.0
    """Under 0.01 is greedy."""
    top_p: float = 1.0
    """The smallest set of tokens of this probability; 1 is all of them."""
    top_k: int = 0
    """Among the k most probable tokens; 0 is all of them."""
    seed: int | None = None
    """The same seed gives the same sample; None draws one."""
    stop: tuple[str, ...] = ()
    """Texts that end the answer; they are not part of it."""
    pieces: bool = True
    """The text is read as it comes; otherwise it comes whole at the end, which is less work."""

    @property
    def greedy(self) -> bool:
        return self.temperature < GREEDY_BELOW


@dataclass(frozen=True)
class Answer:
    """A whole answer with what it took."""

    text: str
    """As `generate` gives it: without special tokens, not stripped; up to a stop text."""
    prompt_tokens: int
    new_tokens: int
    """The end token counts."""
    finish_reason: str
    """"stop": the model ended it or a stop text came; "length": max_new_tokens, positions or the time limit did;
    "cancelled": nobody reads it any more."""
    seconds: float
    """From the question to the last token, waiting included."""


class Stream:
    """An answer in the making: iterate over its pieces of text; `answer()` waits for the whole."""

    def __init__(self, prompt_tokens: int) -> None:
        self.prompt_tokens = prompt_tokens
        self.cancelled = False
        self._news: SimpleQueue[str] = SimpleQueue()
        self._ended = Event()
        self._outcome: Answer | Exception | None = None
        self._listener: Callable[[], None] = lambda: None

    def __iter__(self) -> Iterator[str]:
        """Pieces of text until the answer ends. Raises what `answer()` raises."""
        while not (self._ended.is_set() and self._news.empty()):
            if piece := self._news.get():
                yield piece
        self.answer()

    def answer(self, timeout: float | None = None) -> Answer:
        """The whole answer. Raises Failed, Closing, or TimeoutError after `timeout` seconds."""
        if not self._ended.wait(timeout):
            raise TimeoutError(f"no answer within {timeout} s")
        if isinstance(self._outcome, Answer):
            return self._outcome
        raise self._outcome or Failed("no outcome")

    def cancel(self) -> None:
        """Nobody reads on; the model stops at its next step."""
        self.cancelled = True

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    @property
    def whole(self) -> Answer | None:
        """The answer, once it is there; None before, and where it failed."""
        return self._outcome if isinstance(self._outcome, Answer) else None

    def ready(self) -> str:
        """The text that has come since the last call, without waiting."""
        pieces = []
        while not self._news.empty():
            pieces.append(self._news.get())
        return "".join(pieces)

    def listen(self, listener: Callable[[], None]) -> None:
        """Calls `listener`, from the engine's thread, at every piece and at the end; at once for what is there."""
        self._listener = listener
        listener()

    def put(self, piece: str) -> None:
        """The engine's side: more text."""
        if piece:
            self._news.put(piece)
            self._listener()

    def end(self, outcome: Answer | Exception) -> None:
        """The engine's side: it is over, well or not."""
        if self._ended.is_set():
            return
        self._outcome = outcome
        self._ended.set()
        self._news.put("")
        self._listener()
