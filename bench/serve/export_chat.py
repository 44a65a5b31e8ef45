"""A prompt template of ours as a Jinja chat template, so that vLLM and `transformers serve` write the same prompt.

The template file is asked what it writes around private strings; the Jinja source that this gives is kept only if it
renders a conversation exactly as bench/prompts/rendering.py does. What it cannot do is break markers in a user's text
(bench/prompts/forgery.py): whoever serves the model with another program has to trust the users.
"""

import json
from typing import Any

from bench.data.example import Example, Turn
from bench.prompts.forms import form_of
from bench.prompts.rendering import render

TEXT = "\ue000text\ue001"
"""Stands for a content; no template writes it."""
PROBE = Example(
    "probe",
    "And another one?",
    responses=("",),
    system="Answer briefly.",
    history=(Turn("Name a fruit.", "A lemon."), Turn("Is it sweet?", "No.")),
)


def chat_template(template: str, tokenizer: Any) -> str | None:
    """Jinja source, or None where the template cannot be written as one."""
    form = form_of(template)
    if form.needs_tokenizer:
        from bench.prompts.templates.chat import own_template

        return own_template(tokenizer)
    source = jinja(template, begins_with_bos(tokenizer))
    if source is None or rendered(source, tokenizer, messages_of(PROBE)) != expected(template, tokenizer, PROBE):
        return None
    return source


def jinja(template: str, bos: bool) -> str | None:
    """The chat template, made of what the template file writes before and after each content."""
    form = form_of(template)
    asked = around(form.prompt(Example("", TEXT)))
    answered = around(form.answer(Example("", "", responses=(TEXT,))))
    told = around(form.system(TEXT))
    if asked is None or answered is None or told is None:
        return None
    return (
        ("{{ bos_token }}" if bos else "")
        + "{% set seen = namespace(question=false) %}{% for message in messages %}"
        + f"{{% if message['role'] == 'system' %}}{{{{ {inside(told)} }}}}"
        + f"{{% elif message['role'] == 'user' %}}{{{{ ({literal(form.between)} if seen.question else '') + "
        + f"{inside(asked)} }}}}{{% set seen.question = true %}}"
        + f"{{% elif message['role'] == 'assistant' %}}{{{{ {inside(answered)} + eos_token }}}}"
        + "{% else %}{{ raise_exception('roles are system, user and assistant') }}{% endif %}{% endfor %}"
    )


def around(text: str) -> tuple[str, str] | None:
    """What stands before and after the one private string in `text`."""
    before, found, after = text.partition(TEXT)
    return (before, after) if found and TEXT not in after else None


def inside(pair: tuple[str, str]) -> str:
    """A Jinja expression: the content between two texts."""
    return f"{literal(pair[0])} + message['content'] + {literal(pair[1])}"


def literal(text: str) -> str:
    """A Jinja string; its escapes are JSON's."""
    return json.dumps(text, ensure_ascii=False)


def begins_with_bos(tokenizer: Any) -> bool:
    """Chat prompts are tokenised without what a tokenizer puts before a text, so the template writes it."""
    return tokenizer.bos_token_id is not None and tokenizer("a")["input_ids"][:1] == [tokenizer.bos_token_id]


def messages_of(example: Example) -> list[dict[str, str]]:
    """The conversation as a chat template takes it."""
    messages = [{"role": "system", "content": example.system}] if example.system else []
    for turn in example.history:
        messages += [{"role": "user", "content": turn.user}, {"role": "assistant", "content": turn.assistant}]
    return [*messages, {"role": "user", "content": example.instruction}]


def rendered(source: str, tokenizer: Any, messages: list[dict[str, str]]) -> str:
    return str(
        tokenizer.apply_chat_template(messages, chat_template=source, tokenize=False, add_generation_prompt=True)
    )


def expected(template: str, tokenizer: Any, example: Example) -> str:
    """The prompt as we write it, with the stop token after each earlier answer, and BOS, as text."""
    whole = render(example, template, tokenizer=tokenizer)
    stop = whole.stop or tokenizer.eos_token
    earlier = "".join(prompt + answer + stop for prompt, answer in whole.chunks[:-1])
    bos = tokenizer.bos_token if begins_with_bos(tokenizer) else ""
    return str(bos + earlier + whole.chunks[-1][0])
