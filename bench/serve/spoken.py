"""Text out of tokens as they come: whole characters only, and nothing of what may turn out to be a stop text."""

from collections.abc import Sequence
from typing import Any


class Spoken:
    """The text of one answer; `add` and `finish` give what can be shown since the last call."""

    def __init__(self, tokenizer: Any, stops: Sequence[str] = ()) -> None:
        from tokenizers.decoders import DecodeStream

        self.tokenizer, self.stops = tokenizer, tuple(stop for stop in stops if stop)
        self.decoding = DecodeStream(skip_special_tokens=True)
        self.text = ""
        self.stopped = False
        """True once a stop text has come; the text ends before it."""
        self._shown = 0

    def add(self, token: int) -> str:
        """One more token; a character of several tokens comes with its last one."""
        if self.stopped:
            return ""
        self.text += self.decoding.step(self.tokenizer.backend_tokenizer, token) or ""
        self.cut()
        return self.show(len(self.text) if self.stopped else len(self.text) - self.held())

    def finish(self, ids: Sequence[int]) -> str:
        """The end, all tokens told once more: what was held back, and the text as one decoding gives it."""
        whole = self.tokenizer.decode(list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False)
        if not self.stopped and whole.startswith(self.text[: self._shown]):
            self.text = whole
            self.cut()
        return self.show(len(self.text))

    def cut(self) -> None:
        found = [place for stop in self.stops if (place := self.text.find(stop)) >= 0]
        if found:
            self.text, self.stopped = self.text[: min(found)], True

    def held(self) -> int:
        """Characters at the end that may be the beginning of a stop text."""
        longest = max((len(stop) - 1 for stop in self.stops), default=0)
        sizes = range(min(longest, len(self.text)), 0, -1)
        return next((size for size in sizes if any(stop.startswith(self.text[-size:]) for stop in self.stops)), 0)

    def show(self, end: int) -> str:
        piece = self.text[self._shown : end]
        self._shown = max(self._shown, end)
        return piece
