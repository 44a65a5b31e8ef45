"""The chat template of an export writes the very prompt that the benchmark writes."""

import pytest

from bench import catalog
from bench.data.example import Example, Turn
from bench.models import ModelSource
from bench.models._weights import byte_tokenizer
from bench.models.fixture import open as fixture
from bench.prompts.rendering import render
from bench.serve.export_chat import chat_template, expected, messages_of, rendered
from bench.training.batches import asked, encode_prompts

HISTORY = (Turn("Name a fruit.", "A lemon."), Turn('Is it {{ "sweet" }}?', "No,\nnot at all."))
EXAMPLES = [
    Example("one", "Name a colour."),
    Example("two", "And another?", history=HISTORY),
    Example("three", "Say {% raw %} \\n 'hi' \"there\".", system="Answer briefly.", history=HISTORY[:1]),
]
TEXT_TEMPLATES = [name for name in catalog.names("template") if name != "chat"]
TOKENIZERS = ["tiny-gpt2", "tiny-llama", "tiny-opt"]


@pytest.fixture(scope="module")
def tokenizers():
    return {name: fixture(name).tokenizer() for name in TOKENIZERS}


@pytest.mark.parametrize("name", TOKENIZERS)
@pytest.mark.parametrize("template", TEXT_TEMPLATES)
def test_the_text_is_the_benchmarks(tokenizers, template, name):
    tokenizer = tokenizers[name]
    source = chat_template(template, tokenizer)
    for example in EXAMPLES:
        assert rendered(source, tokenizer, messages_of(example)) == expected(template, tokenizer, example)


@pytest.mark.parametrize("name", TOKENIZERS)
@pytest.mark.parametrize("template", TEXT_TEMPLATES)
def test_the_ids_are_the_benchmarks(tokenizers, template, name):
    tokenizer = tokenizers[name]
    source = chat_template(template, tokenizer)
    for example in EXAMPLES:
        ids = tokenizer.apply_chat_template(
            messages_of(example), chat_template=source, add_generation_prompt=True, return_dict=True
        )["input_ids"]
        whole = render(example, template, tokenizer=tokenizer)
        assert ids == encode_prompts(tokenizer, [asked(whole.chunks)], stop=whole.stop)[0]


def test_a_single_question_is_the_rendered_prompt(tokenizers):
    tokenizer = tokenizers["tiny-gpt2"]
    source = chat_template("alpaca", tokenizer)
    said = rendered(source, tokenizer, [{"role": "user", "content": "Name a colour."}])
    assert said == render(EXAMPLES[0], "alpaca").prompt


def test_a_role_that_no_template_knows_is_refused(tokenizers):
    from jinja2 import TemplateError

    source = chat_template("alpaca", tokenizers["tiny-gpt2"])
    with pytest.raises(TemplateError, match="roles are system, user and assistant"):
        rendered(source, tokenizers["tiny-gpt2"], [{"role": "tool", "content": "x"}])


def test_a_tokenizers_own_chat_template_is_kept(shared):
    tokenizer = ModelSource("phi", shared("tokenizers/phi-3-mini")).tokenizer()
    assert chat_template("chat", tokenizer) == tokenizer.chat_template


def test_a_template_that_cannot_be_written_has_none(monkeypatch):
    form = "bench.prompts.templates.raw.prompt"
    monkeypatch.setattr(form, lambda example: example.question.upper())
    from bench.prompts.forms import form_of

    form_of.cache_clear()
    try:
        assert chat_template("raw", byte_tokenizer()) is None
    finally:
        form_of.cache_clear()
