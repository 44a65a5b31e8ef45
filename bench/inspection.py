"""One example, token by token, as training sees it: text, id, and whether the token bears loss.

Nothing is computed anew here: prompts come from `bench.prompts.rendering`, ids and labels from
`bench.training.batches`, the two places that training, generation and serving use.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bench.data.example import Example

PARTS = 8
"""Tokens that one character can be made of; U+FFFD after so many stands in the text itself."""
UNFINISHED = "\ufffd"
"""What a decoder puts in place of a character whose bytes are not all there yet."""


class Token(NamedTuple):
    """One token of the sequence."""

    id: int
    text: str
    """Its share of the text; "" where a character goes on in the next token."""
    trained: bool
    """Whether it bears loss."""
    special: bool
    """Whether it is one of the tokenizer's own marks; `text` is its name then."""


@dataclass(frozen=True)
class Inspected:
    """An example as the model reads it."""

    example: Example
    number: int
    """Of the example in its file, from 1."""
    tokens: tuple[Token, ...]
    """Encoder-decoder: what the encoder reads, then the labels of the decoder."""
    max_length: int
    escaped: int
    """Places at which the text was changed so that it cannot forge a marker of the template."""
    stop: int
    """Id of the token that ends an answer."""

    @property
    def trained(self) -> int:
        """Tokens that bear loss."""
        return sum(token.trained for token in self.tokens)

    @property
    def beyond(self) -> int:
        """Tokens that do not fit in `max_length`."""
        return max(0, len(self.tokens) - self.max_length)

    @property
    def stops(self) -> tuple[int, ...]:
        """Positions, from 0, at which a trained stop token ends an answer."""
        return tuple(at for at, token in enumerate(self.tokens) if token.trained and token.id == self.stop)

    @property
    def stop_name(self) -> str:
        return next((token.text for token in self.tokens if token.id == self.stop), "")


def inspect_example(
    example: Example, number: int, tokenizer: Any, template: str, *, max_length: int, seq2seq: bool = False
) -> Inspected:
    """The example in this template. Raises UserError for an unknown template."""
    from bench.prompts.rendering import render
    from bench.training.batches import encode_conversation, stop_id

    rendered = render(example, template, tokenizer=tokenizer)
    encoded = encode_conversation(tokenizer, rendered.chunks, seq2seq=seq2seq, stop=rendered.stop)
    return Inspected(
        example,
        number,
        tokens(tokenizer, marked(encoded)),
        max_length,
        escaped=rendered.escaped,
        stop=stop_id(tokenizer, rendered.stop),
    )


def marked(encoded: Any) -> list[tuple[int, bool]]:
    """(id, bears loss) of everything that the model reads."""
    from bench.training.batches import IGNORED

    if encoded.joined:
        return [(token, label != IGNORED) for token, label in zip(encoded.input_ids, encoded.labels, strict=True)]
    return [(token, False) for token in encoded.input_ids] + [(token, True) for token in encoded.labels]


def tokens(tokenizer: Any, pairs: Sequence[tuple[int, bool]]) -> tuple[Token, ...]:
    """Each (id, trained) with its text."""
    special = special_ids(tokenizer)
    shown = texts(tokenizer, [token for token, _ in pairs], special)
    return tuple(
        Token(token, text, trained, token in special) for (token, trained), text in zip(pairs, shown, strict=True)
    )


def special_ids(tokenizer: Any) -> set[int]:
    """Marks that no text turns into: EOS and the like, and tokens that were added as special ones."""
    added = {token for token, entry in tokenizer.added_tokens_decoder.items() if entry.special}
    return added | set(tokenizer.all_special_ids)


def texts(tokenizer: Any, ids: Sequence[int], special: set[int]) -> list[str]:
    """What each token adds to the text; together they are the text that the ids decode to.

    A token alone cannot tell: SentencePiece drops the space of a first word, and a character may take several tokens.
    So each is decoded after the one before it, and a token that leaves a character unfinished adds "".
    """
    shown: list[str] = []
    start = done = 0
    for at, token in enumerate(ids):
        if token in special:
            shown.append(str(tokenizer.convert_ids_to_tokens(token)))
            start = done = at + 1
            continue
        before, whole = decoded(tokenizer, ids[start:done]), decoded(tokenizer, ids[start : at + 1])
        unfinished = whole.endswith(UNFINISHED) and at + 1 - done < PARTS and at + 1 < len(ids)
        shown.append("" if unfinished else whole[len(before) :])
        if not unfinished:
            start, done = done, at + 1
    return shown


def decoded(tokenizer: Any, ids: Sequence[int]) -> str:
    if not ids:
        return ""
    return str(tokenizer.decode(list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False))
