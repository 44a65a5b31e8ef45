"""A template file with its optional parts filled in, and how it writes the turns of a conversation.

Everything but `prompt(example)` may be left out of a template file; bench/contracts.py lists the parts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from bench import catalog
from bench.data.example import Example, Turn

Chunks = Sequence[tuple[str, str]]
"""(prompt, answer) of each turn."""


@dataclass(frozen=True)
class Form:
    """A template file with the parts it leaves out filled in."""

    prompt: Callable[[Example], str]
    """Everything before the answer of one turn."""
    answer: Callable[[Example], str]
    """The answer that is trained."""
    demonstration: Callable[[Example], str]
    """A question with its answer, inside a prompt."""
    system: Callable[[str], str]
    """What a system message becomes, before everything else."""
    final_answer: Callable[[str], str]
    """The answer inside a generated text."""
    between: str
    """Between an answer and the next turn."""
    markers: Callable[[Any], Sequence[str]]
    """Strings that text must not contain, for a tokenizer."""
    stop: Callable[[Any], str]
    """Text of the token that ends an answer, for a tokenizer; "" for its EOS."""
    chunks: Callable[[Example, Any], list[tuple[str, str]]] | None
    """How a template that needs the tokenizer writes a conversation."""

    @property
    def needs_tokenizer(self) -> bool:
        return self.chunks is not None


@lru_cache(maxsize=64)
def form_of(template: str) -> Form:
    """The form behind a template's name. Raises UserError with the nearest name."""
    module, _ = catalog.load("template", template)
    answer = getattr(module, "answer", lambda example: example.response)
    return Form(
        prompt=module.prompt,
        answer=lambda example: answer(example) if example.responses else "",
        demonstration=getattr(module, "demonstration", lambda shot: module.prompt(shot) + answer(shot)),
        system=getattr(module, "system", lambda text: f"{text}\n\n"),
        final_answer=getattr(module, "final_answer", lambda text: text),
        between=getattr(module, "BETWEEN", "\n\n"),
        markers=getattr(module, "markers", lambda _: getattr(module, "MARKERS", ())),
        stop=getattr(module, "stop", lambda _: ""),
        chunks=module.chunks if getattr(module, "NEEDS_TOKENIZER", False) else None,
    )


def turns(form: Form, example: Example, shots: Sequence[Example], tokenizer: Any) -> list[tuple[str, str]]:
    """The chunks of an example whose texts are clean."""
    if form.chunks is not None:
        shown = tuple(Turn(form.prompt(shot), form.answer(shot)) for shot in shots)
        chunks = form.chunks(replace(example, history=shown + example.history), tokenizer)
        return without_loss(chunks, len(chunks) - len(example.history) - 1, form.stop(tokenizer))
    before = form.system(example.system) if example.system else ""
    before += "".join(form.demonstration(shot) + form.between for shot in shots)
    written_turns = []
    for turn in example.history:
        earlier = Example("", turn.user, responses=(turn.assistant,))
        written_turns.append((before + form.prompt(earlier), form.answer(earlier)))
        before = form.between
    return [*written_turns, (before + form.prompt(example), form.answer(example))]


def without_loss(chunks: list[tuple[str, str]], count: int, stop: str) -> list[tuple[str, str]]:
    """The first `count` chunks as a part of the next one's prompt; a template may have joined them already."""
    if count <= 0:
        return chunks
    prompt, answer = chunks[count]
    return [(written(chunks[:count], stop) + prompt, answer), *chunks[count + 1 :]]


def written(chunks: Chunks, stop: str) -> str:
    return "".join(prompt + answer + stop for prompt, answer in chunks)
