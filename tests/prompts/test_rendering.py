"""Conversations, system messages and demonstrations in the text templates, and the templates' hashes."""

import pytest

from bench import catalog
from bench.data.example import Example
from bench.errors import UserError
from bench.prompts.rendering import Rendered, draw_shots, probe_sha256, render

TEXT_TEMPLATES = [name for name in catalog.names("template") if name != "chat"]


def test_each_turn_of_a_conversation_stands_there_once(example):
    talk = example("And its song?", input="In spring.", response="Loud.", history=[("Which bird?", "A wren.")])
    rendered = render(talk, "instruction_input_response")
    assert rendered.chunks == (
        ("### Instruction:\nWhich bird?\n\n### Response:\n", "A wren."),
        ("\n\n### Instruction:\nAnd its song?\n\n### Input:\nIn spring.\n\n### Response:\n", "Loud."),
    )
    assert rendered.prompt.count("And its song?") == 1
    assert rendered.prompt == "".join((*rendered.chunks[0], rendered.chunks[1][0]))


def test_the_stop_text_follows_earlier_answers_in_the_prompt():
    assert Rendered((("a", "b"), ("c", "d"), ("e", "f")), stop="<end>").prompt == "ab<end>cd<end>e"


def test_a_system_message_stands_before_everything(example):
    talk = example("And its song?", system="Be brief.", history=[("Which bird?", "A wren.")])
    rendered = render(talk, "instruction_colon", shots=[example("Name a tree.", response="An oak.")])
    assert rendered.prompt == (
        "Be brief.\n\nInstruction: Name a tree.\nResponse: An oak.\n"
        "Instruction: Which bird?\nResponse: A wren.\nInstruction: And its song?\nResponse:"
    )
    assert rendered.chunks[0][1] == " A wren."


def test_demonstrations_are_part_of_the_first_prompt_without_stop_token(example):
    shots = [example("Name a tree.", response="An oak."), example("Name a rose.", input="Wild.", response="Dog rose.")]
    ((prompt, answer),) = render(example(), "instruction_response", shots=shots).chunks
    assert prompt == (
        "### Instruction:\nName a tree.\n\n### Response:\nAn oak.\n\n"
        "### Instruction:\nName a rose.\n\nWild.\n\n### Response:\nDog rose.\n\n"
        "### Instruction:\nName the bird.\n\n### Response:\n"
    )
    assert answer == "A wren."


@pytest.mark.parametrize(("template", "gap"), [("raw", "\n"), ("seq2seq", "\n\n")])
def test_a_bare_demonstration_keeps_question_and_answer_apart(example, template, gap):
    shot = example("Name a tree.", response="An oak.")
    assert render(example(), template, shots=[shot]).prompt == f"Name a tree.{gap}An oak.\n\nName the bird."


def test_a_demonstration_of_the_same_question_would_give_the_answer_away(example):
    shots = [example(id="twin"), example("Name a tree.", response="An oak.")]
    assert "A wren." not in render(example(), "raw", shots=shots).prompt
    assert "An oak." in render(example(), "raw", shots=shots).prompt


def test_the_first_of_several_answers_is_rendered(example):
    assert render(example(responses=("A wren.", "Wren")), "raw").chunks[0][1] == "A wren."


@pytest.mark.parametrize("template", TEXT_TEMPLATES)
def test_odd_but_ordinary_text_is_left_alone(example, template):
    text = "  # Heading\r\n\n## Note: 3 < 4 > 2 \\ ### and | [INS] {x} \t<b>bold</b> e\u0301 ﬁ ½\n"
    rendered = render(example(text, input=text, response=text), template)
    assert rendered.escaped == 0
    assert rendered.prompt.count(text) == 2
    assert rendered.chunks[0][1].endswith(text)


def test_an_unknown_template_is_named_with_its_neighbour(example):
    with pytest.raises(UserError, match="Did you mean 'alpaca'"):
        render(example(), "alpacca")


# --- demonstrations


def rows(*categories, **fields):
    given = {"responses": ("Yes.",)} | fields
    return [Example(f"{c}{at}", f"Question {at} of {c}?", category=c, **given) for at, c in enumerate(categories)]


def test_demonstrations_come_from_different_categories_first():
    drawn = draw_shots(rows(*"aaaaaaaabbcc"), 3, seed=1)
    assert {shot.category for shot in drawn} == {"a", "b", "c"}


def test_demonstrations_come_from_different_labels_where_there_are_some():
    train = [*rows(*"aaaa", label="positive"), *rows(*"bbbb", label="negative")]
    assert {shot.label for shot in draw_shots(train, 2, seed=0)} == {"positive", "negative"}


def test_the_same_seed_draws_the_same_demonstrations_and_others_draw_others():
    train = rows(*"abcd" * 20)
    assert draw_shots(train, 4, seed=7) == draw_shots(train, 4, seed=7)
    assert len({draw_shots(train, 4, seed=seed) for seed in range(5)}) > 1


def test_demonstrations_are_short_answered_first_turns_and_no_refusals():
    good = rows(*"ab")
    bad = [
        *rows("a", responses=("Long. " * 99,)),
        *rows("a", responses=(" ",)),
        *rows("c", responses=()),
        *rows("d", history=(("Hi", "Hello"),)),
        *rows("e", expect="refuse"),
        *rows("f", system="Be brief."),
    ]
    assert set(draw_shots(bad + good, 2, seed=3)) == set(good)


def test_no_demonstrations_are_an_empty_draw():
    assert draw_shots([], 0, seed=0) == ()


def test_too_few_demonstrations_are_an_error_that_counts_them():
    with pytest.raises(UserError, match=r"3 demonstrations asked for, but only 1 of 2 "):
        draw_shots(rows("a", "a"), 3, seed=0)


# --- the fingerprint


def test_each_text_template_has_a_hash_of_its_own():
    assert len({probe_sha256(name) for name in TEXT_TEMPLATES}) == len(TEXT_TEMPLATES)


def test_a_hash_depends_on_the_tokenizer_only_where_the_text_does(tokenizer):
    assert probe_sha256("alpaca") == probe_sha256("alpaca", tokenizer("tiny-gpt2"))
    assert probe_sha256("chat", tokenizer("qwen2.5")) != probe_sha256("chat", tokenizer("smollm3"))


@pytest.mark.parametrize("part", ["prompt", "answer", "BETWEEN", "MARKERS", "system"])
def test_a_changed_template_has_another_hash(monkeypatch, part):
    from bench.prompts import forms, rendering
    from bench.prompts.templates import instruction_colon as module

    before = probe_sha256("instruction_colon")
    changed = {
        "prompt": lambda example: f"Q: {example.instruction}\nResponse:",
        "answer": lambda example: f"\n{example.response}",
        "BETWEEN": "\n\n",
        "MARKERS": (),
        "system": lambda text: f"{text}\n",
    }
    monkeypatch.setattr(module, part, changed[part], raising=False)
    caches = (forms.form_of, rendering.guard_of, rendering.own_count)
    for cache in caches:
        cache.cache_clear()
    assert probe_sha256("instruction_colon") != before
    for cache in caches:
        cache.cache_clear()


def test_two_wraps_put_the_finished_prompt_into_the_template_again(example):
    asked = example("Name a tree.", response="An oak.")
    once, twice = render(asked, "instruction_colon"), render(asked, "instruction_colon", wraps=2)
    assert once.prompt in twice.prompt
    assert twice.prompt.count("Response:") == once.prompt.count("Response:") + 1
    assert twice.chunks[-1][1] == once.chunks[-1][1]
