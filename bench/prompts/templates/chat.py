"""The chat template that comes with the model's tokenizer, filled in so that no content can pose as a turn.

The tokenizer renders the conversation with private strings in place of the contents; the rendering is cut at them
and the contents are put between. So no content is ever read by the template, which has two consequences: switches
in a text (SmolLM3's "/no_think") switch nothing, and a template that asks for the date gets the constant below,
the same prompt today and next month. White space at a content's edges stays with the private string, so a template
that trims its contents trims these too.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from bench.data.example import Example
from bench.errors import UserError
from bench.prompts.forgery import special_pattern

NEEDS_TOKENIZER = True

DAY = {
    "%d": "01", "%-d": "1", "%e": " 1", "%m": "01", "%-m": "1", "%B": "January", "%b": "Jan", "%h": "Jan",
    "%Y": "2026", "%y": "26", "%A": "Thursday", "%a": "Thu", "%j": "001", "%H": "12", "%I": "12", "%M": "00",
    "%S": "00", "%p": "PM", "%F": "2026-01-01", "%D": "01/01/26", "%T": "12:00:00",
}  # fmt: skip
"""1 January 2026, noon: today's date for every chat template that prints one."""
CLOCK = (
    "{% macro strftime_now(format) %}{{ format"
    + "".join(f' | replace("{code}", "{text}")' for code, text in DAY.items())
    + " }}{% endmacro %}\n"
)
"""Written before a template: transformers passes no function into one, but a macro goes before its own clock."""

BRACKETED = re.compile(r"<<[^<>\s]+>>|<[^<>\s]+>|\[/?[A-Z_]+\]")
HEADED = re.compile(r"#+ ?\w+:|(?:^|\n|(?<=\s))\w+:")
"""What markers look like: `<|user|>`, `[INST]`; `### User:`, `USER:`, and on a line of its own `\\nUser:`."""

Message = tuple[str, str]
"""Role and content."""
Frame = tuple[str, str, str]
"""A message without its content: role, and the white space before and after the content."""


def prompt(example: Example) -> str:
    """The user's message of one turn, without the turn around it, which only a tokenizer knows."""
    return "\n\n".join(part for part in (example.instruction, example.input) if part)


def chunks(example: Example, tokenizer: Any) -> list[tuple[str, str]]:
    """(prompt, answer) of each turn; together with the stop text after each answer, the tokenizer's own rendering.

    The last prompt is exactly what the template writes to ask for an answer. Text between an answer and its stop
    token belongs to the answer; an earlier answer that the template ends without the stop token is part of the next
    prompt. Raises UserError when there is no chat template, or when it refuses the conversation or loses a part.
    """
    messages = conversation(example)
    last = len(messages) - 1
    told = literals(tokenizer, frames(messages), False)
    around = [*literals(tokenizer, frames(messages[:-1]), True), told[-1]]
    leads = [lead_kept(tokenizer, messages, told, at) for at in range(last + 1)]
    end = stop(tokenizer)
    made: list[tuple[str, str]] = []
    text = without_bos(around[0], tokenizer)
    for at, (role, content) in enumerate(messages):
        after = around[at + 1]
        if role != "assistant" or (at < last and end not in after):
            text += content.strip() + after
            continue
        closing, _, rest = after.partition(end) if end else ("", "", after)
        asked = text if at == last else text.removesuffix(leads[at])
        made.append((asked, leads[at] + content.strip() + closing))
        text = rest
    return made if example.responses else [*made[:-1], (made[-1][0], "")]


def final_answer(text: str) -> str:
    """Without the white space that some templates write around an answer."""
    return text.strip()


@lru_cache(maxsize=16)
def stop(tokenizer: Any) -> str:
    """The first special token that the template writes after an answer, "" where there is none."""
    tail = literals(tokenizer, (("user", "", ""), ("assistant", "", "")), False)[-1]
    found = special_pattern(tokenizer).search(tail)
    return found[0] if found else ""


@lru_cache(maxsize=16)
def markers(tokenizer: Any) -> tuple[str, ...]:
    """What looks like a marker in the text that the template writes around contents, special token or not.

    Before the first content only brackets count: there may be a preamble, whose words are prose.
    """
    turns: tuple[Frame, ...] = (("user", "", ""), ("assistant", "", "")) * 2
    try:
        head, *rest = literals(tokenizer, (("system", "", ""), *turns), False)
    except UserError:
        head, rest = "", list(literals(tokenizer, turns, False)[1:])
    found = BRACKETED.findall(head) + [mark for text in rest for mark in BRACKETED.findall(text) + HEADED.findall(text)]
    return tuple(dict.fromkeys(found))


def conversation(example: Example) -> list[Message]:
    """System message, earlier turns, question and answer ("" where the example has none)."""
    messages = [("system", example.system)] if example.system else []
    for turn in example.history:
        messages += [("user", turn.user), ("assistant", turn.assistant)]
    answer = example.response if example.responses else ""
    return [*messages, ("user", prompt(example)), ("assistant", answer)]


def frames(messages: Sequence[Message]) -> tuple[Frame, ...]:
    return tuple(frame(role, content) for role, content in messages)


def frame(role: str, content: str) -> Frame:
    start = len(content) - len(content.lstrip())
    return role, content[:start], content[max(start, len(content.rstrip())) :]


def lead_kept(tokenizer: Any, messages: Sequence[Message], told: Sequence[str], at: int) -> str:
    """White space between what asks for an answer and the answer: it is the model's to write.

    It is the template's own (Llama 2 writes a space) and the content's, as far as the template leaves it there.
    """
    role, content = messages[at]
    if role != "assistant" or content[:1].strip():
        return own_lead(tokenizer) if role == "assistant" else ""
    bare = [*messages[:at], (role, content.lstrip()), *messages[at + 1 :]]
    return own_lead(tokenizer) + told[at].removeprefix(literals(tokenizer, frames(bare), False)[at])


@lru_cache(maxsize=16)
def own_lead(tokenizer: Any) -> str:
    """White space that the template writes before an answer only when the answer is there.

    Other text that it writes only then, such as an empty thought, is left out: nothing asks for it.
    """
    asking = literals(tokenizer, (("user", "", ""),), True)[-1]
    telling = literals(tokenizer, (("user", "", ""), ("assistant", "", "")), False)[1]
    more = telling.removeprefix(asking)
    return more if telling.startswith(asking) and more.isspace() else ""


@lru_cache(maxsize=1024)
def literals(tokenizer: Any, framed: tuple[Frame, ...], asking: bool) -> tuple[str, ...]:
    """What the template writes before, between and after the contents; `asking`: up to where the answer begins."""
    private = [f"\ue000{number}\ue001" for number in range(len(framed))]
    messages = [
        {"role": role, "content": before + content + after}
        for (role, before, after), content in zip(framed, private, strict=True)
    ]
    text = rendering(tokenizer, messages, asking)
    found = []
    for (role, _, _), content in zip(framed, private, strict=True):
        before, here, text = text.partition(content)
        if not here or content in text:
            raise UserError(
                f"{belonging(tokenizer)} does not write each message once and in order (see a {role} message); "
                f"choose another template: {without_tokenizer()}"
            )
        found.append(before)
    return *found, text


def rendering(tokenizer: Any, messages: Sequence[dict[str, str]], asking: bool) -> str:
    from jinja2 import TemplateError

    template = own_template(tokenizer)
    options = {"tokenize": False, "add_generation_prompt": asking, "chat_template": template}
    try:
        return tokenizer.apply_chat_template(list(messages), **options)
    except (TemplateError, TypeError) as error:
        roles = ", ".join(dict.fromkeys(message["role"] for message in messages))
        reason = " ".join(str(error).split())
        raise UserError(
            f"{belonging(tokenizer)} refuses a conversation of {roles} messages ({reason}); leave out what it does "
            f"not know, or choose another template: {without_tokenizer()}"
        ) from None


def own_template(tokenizer: Any) -> str:
    """The chat template's source, with the constant clock where it asks for the date."""
    if not getattr(tokenizer, "chat_template", None):
        raise UserError(
            f"the tokenizer of {tokenizer.name_or_path!r} has no chat template; "
            f"choose a template that needs none: {without_tokenizer()}"
        )
    template = tokenizer.get_chat_template()
    return CLOCK + template if "strftime_now" in template else template


def belonging(tokenizer: Any) -> str:
    return f"the chat template of {tokenizer.name_or_path!r}"


def without_tokenizer() -> str:
    """Names of the templates that work with every tokenizer."""
    from bench import catalog

    every = ((name, catalog.load("template", name)[0]) for name in catalog.names("template"))
    return ", ".join(name for name, module in every if not getattr(module, "NEEDS_TOKENIZER", False))


def without_bos(text: str, tokenizer: Any) -> str:
    """Without the BOS that the tokenizer puts before any text by itself; the model would read it twice."""
    bos = tokenizer.bos_token
    return text.removeprefix(bos) if bos and adds_bos(tokenizer) else text


@lru_cache(maxsize=16)
def adds_bos(tokenizer: Any) -> bool:
    return tokenizer("a")["input_ids"][:1] == [tokenizer.bos_token_id]
