"""Any causal model of ours as the teacher: `local:NAME`, NAME as in `--bench-model` (a fixture, local:FOLDER, hub:ID).

Small models do not keep to JSON, so they are asked in plain words: instructions come as lines, and the evidence is
looked up here, as the sentence that holds most of the answer's words.
"""

import re
from collections.abc import Sequence
from functools import cache, cached_property
from threading import Lock
from typing import Any

from bench import catalog
from bench.config import GenerateConfig
from bench.errors import UserError
from bench.metrics._facts import facts
from bench.sentences import sentences
from bench.synthesis.curate_wording import order_in
from bench.synthesis.rows import Instruction, Passage
from bench.synthesis.teachers import Answer, Refused, Usage

NEW_ONES = "Read the text.\n\n{text}\n\nWrite {count} different questions about {topic}, one on a line.\n\n1."
GROUNDED = "Answer using ONLY the provided context.\n\nContext: {text}\n\nQuestion: {question}\n\nAnswer:"
NUMBER = re.compile(r"^\s*(?:\d{1,3}[.)]|[-*])\s*")
ROOM = 64
"""Least tokens of a prompt, however small the model."""
MOST_NEW = 120


class LocalTeacher:
    """One model in this process; threads take turns."""

    def __init__(self, model: str) -> None:
        self.name, self.model_name, self.lock, self.used = f"local:{model}", model, Lock(), Usage()

    @property
    def usage(self) -> Usage:
        return self.used

    @cached_property
    def loaded(self) -> tuple[Any, Any]:
        """(model, tokenizer), loaded at the first question."""
        from bench.training.opening import opened

        module, argument = catalog.load("model", self.model_name)
        source = module.open(argument)
        return opened(source, dtype="float32", device="cpu"), source.tokenizer()

    def instructions(self, topic: str, passages: Sequence[Passage], count: int) -> list[str]:
        text = " ".join(passage.text for passage in passages)
        said = self.ask(NEW_ONES, {"text": text, "count": str(count), "topic": topic})
        lines = [" ".join(NUMBER.sub("", line).split()) for line in said.splitlines()]
        return [line for line in dict.fromkeys(lines) if line.endswith("?") and not order_in(line)][:count]

    def answer(self, instruction: Instruction, passages: Sequence[Passage]) -> Answer | Refused:
        if not passages:
            return Refused("no passage was given")
        said = self.ask(GROUNDED, {"text": passages[0].text, "question": instruction.text})
        text = " ".join(said.strip().partition("\n")[0].split())
        if not text:
            return Refused("the teacher answered nothing")
        if order := order_in(text):
            return Refused(f"the teacher's answer gives orders to its reader ({order[:60]!r})")
        evidence = nearest(text, passages[0].text)
        return Answer(text, evidence, passages[0].id) if evidence else Refused("no sentence shares a word with it")

    def ask(self, form: str, parts: dict[str, str]) -> str:
        """The continuation of a prompt, whose text is cut to what the model can read."""
        from bench.generation.generate import generate

        with self.lock:
            model, tokenizer = self.loaded
            prompt = fitted(form, parts, model, tokenizer)
            config = GenerateConfig(max_new_tokens=MOST_NEW, repetition_penalty=1.1)
            made = generate(model, tokenizer, [prompt], config, device="cpu", seed=0)[0]
            before = self.used
            self.used = Usage(
                before.prompt_tokens + made.prompt_tokens,
                before.completion_tokens + made.new_tokens,
                before.requests + 1,
            )
        return made.text


def fitted(form: str, parts: dict[str, str], model: Any, tokenizer: Any) -> str:
    """The prompt with as much of its text as leaves room for the answer; in the chat template, where there is one."""
    from bench.training.loss import text_positions

    limit = text_positions(model)
    if limit is not None:
        rest = len(tokenizer(filled(form, parts | {"text": ""})).input_ids) + MOST_NEW + ROOM // 2
        ids = tokenizer(parts["text"]).input_ids[: max(ROOM, limit - rest)]
        parts = parts | {"text": tokenizer.decode(ids, skip_special_tokens=True)}
    prompt = filled(form, parts)
    if not getattr(tokenizer, "chat_template", None):
        return prompt
    turn = [{"role": "user", "content": prompt}]
    return str(tokenizer.apply_chat_template(turn, tokenize=False, add_generation_prompt=True))


def filled(form: str, parts: dict[str, str]) -> str:
    """Every mark replaced once, in one pass: braces in the texts mean nothing."""
    return re.sub(r"\{(\w+)\}", lambda match: parts[match[1]], form)


def nearest(answer: str, text: str) -> str:
    """The sentence of a text that holds most of the answer's content words, as it stands there; "" for none."""
    content = facts(answer).content
    shares = [(len(facts(one).content & content), -place, one) for place, one in enumerate(sentences(text))]
    best = max(shares, default=(0, 0, ""))
    return best[2] if best[0] else ""


def open_teacher(argument: str) -> LocalTeacher:
    """Raises UserError, with the nearest name, for a model that is not there."""
    if not argument:
        raise UserError("the teacher 'local' needs a model: local:tiny-gpt2, local:local:FOLDER or local:hub:ID")
    catalog.check("model", argument)
    return shared(argument)


@cache
def shared(model: str) -> LocalTeacher:
    """One teacher for all who open it: its model is loaded once."""
    return LocalTeacher(model)
