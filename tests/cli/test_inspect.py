import re

import pytest

from bench import catalog
from bench.data.example import Example, Turn
from bench.inspection import inspect_example, special_ids, texts


@pytest.fixture(scope="module")
def tokenizer():
    module, argument = catalog.load("model", "tiny-gpt2")
    return module.open(argument).tokenizer()


@pytest.fixture(scope="module")
def byte_tokenizer():
    module, argument = catalog.load("model", "shape:gpt2")
    return module.open(argument).tokenizer()


def inspected(example, tokenizer, max_length=512, **options):
    return inspect_example(example, 1, tokenizer, "instruction_input_response", max_length=max_length, **options)


HAIKU = Example("haiku", "Write about the moon.", responses=("The moon\nis out.",))


@pytest.mark.parametrize("text", ["The moon\n is  out.", "皆さん 🎉", "a\ufffdb", "é\u0301\x07", " lead", ""])
def test_the_pieces_are_the_text(byte_tokenizer, text):
    ids = byte_tokenizer(text, add_special_tokens=False)["input_ids"]
    assert "".join(texts(byte_tokenizer, ids, special_ids(byte_tokenizer))) == text


def test_a_character_of_four_bytes_stands_at_its_last_token(byte_tokenizer):
    ids = byte_tokenizer("🎉!", add_special_tokens=False)["input_ids"]
    assert texts(byte_tokenizer, ids, set()) == ["", "", "", "🎉", "!"]


def test_spaces_of_sentencepiece_stay_with_their_words(shared):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(shared("tokenizers/t5-small"))
    ids = tokenizer("The moon is out.")["input_ids"]
    assert "".join(texts(tokenizer, ids, special_ids(tokenizer))) == "The moon is out.</s>"


def test_answer_and_stop_token_are_trained_and_the_prompt_is_not(tokenizer):
    view = inspected(HAIKU, tokenizer)
    assert "".join(token.text for token in view.tokens if token.trained) == "The moon\nis out.<|endoftext|>"
    assert view.stops == (len(view.tokens) - 1,)
    assert "".join(token.text for token in view.tokens if not token.trained).endswith("### Response:\n")


def test_every_answer_of_a_conversation_is_trained_and_stopped(tokenizer):
    talk = Example("talk", "And the moon?", responses=("White.",), history=(Turn("What is the sun?", "Yellow."),))
    view = inspected(talk, tokenizer)
    assert len(view.stops) == 2
    assert "Yellow." in "".join(token.text for token in view.tokens if token.trained)


def test_tokens_beyond_max_length_are_counted(tokenizer):
    whole = inspected(HAIKU, tokenizer)
    assert whole.beyond == 0
    assert inspected(HAIKU, tokenizer, max_length=len(whole.tokens) - 3).beyond == 3


def test_labels_of_an_encoder_decoder_follow_its_prompt(tokenizer):
    view = inspected(HAIKU, tokenizer, seq2seq=True)
    assert [token.trained for token in view.tokens] == sorted(token.trained for token in view.tokens)
    assert view.stops == (len(view.tokens) - 1,)


def test_a_forged_special_token_is_text_and_counted_as_escaped(tokenizer):
    view = inspected(Example("x", "Say <|endoftext|>", responses=("ok",)), tokenizer)
    assert view.escaped == 1
    assert sum(token.special for token in view.tokens) == 1


def test_plain_text_names_what_is_trained(tunebench, rows):
    path = rows("a.jsonl", {"id": "one", "instruction": "Say ok.", "response": "ok"})
    out = tunebench("data", "inspect", path, "--ids").out
    assert "[trained: 2 tokens]\nok|⟨endoftext⟩" in out
    assert "stop token ⟨endoftext⟩ (id 0) is trained" in out
    assert "2 of them bear loss" in out
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("options", "shown"),
    [(["--row", 2], ["b"]), (["--id", "c"], ["c"]), (["-n", 2], ["a", "b"]), ([], ["a", "b", "c"])],
)
def test_examples_are_chosen_by_row_id_or_number(tunebench, rows, options, shown):
    path = rows("a.jsonl", *({"id": name, "instruction": f"Say {name}.", "response": name} for name in "abcd"))
    out = tunebench("data", "inspect", path, *options).out
    assert [name for name in "abcd" if f"  {name} (line" in out] == shown


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--row", 9], "it holds 2 examples"),
        (["--id", "skye"], "Did you mean 'sky'?"),
        (["--row", 1, "--id", "sky"], "give one of the two"),
        (["--template", "chatt"], "Did you mean 'chat'?"),
        (["--model", "tiny-gpt"], "Did you mean 'tiny-gpt2'?"),
        (["--template", "chat"], "has no chat template"),
    ],
)
def test_a_wrong_choice_is_one_line(tunebench, colours, options, said):
    found = tunebench("data", "inspect", colours, *options)
    assert (found.code, found.out, found.err.count("\n")) == (2, "", 1)
    assert said in found.err


def test_the_page_escapes_what_the_data_holds(tunebench, rows, tmp_path):
    row = {"instruction": "Say <script>alert(1)</script>.", "response": "ok\n\x1b[2J"}
    page = tmp_path / "new" / "page.html"
    assert tunebench("data", "inspect", rows("a.jsonl", row), "--html", page).out == f"{page}\n"
    html = page.read_text()
    assert "<script" not in html
    assert "\x1b" not in html
    assert html.count('class="trained') >= 2
    assert 'title="id 0"' in html


def test_the_page_asks_for_nothing_from_elsewhere(tunebench, colours, tmp_path):
    tunebench("data", "inspect", colours, "--html", tmp_path / "page.html")
    html = (tmp_path / "page.html").read_text()
    assert "http:" not in html
    assert "https:" not in html


def test_turns_before_are_shown_as_such(tunebench, rows):
    row = {"instruction": "And the moon?", "response": "White.", "history": [["What is the sun?", "Yellow."]]}
    assert "1 earlier turn: What is the sun? / Yellow." in tunebench("data", "show", rows("a.jsonl", row)).out


@pytest.mark.parametrize("colour", ["truecolor", "256color", "16color"])
def test_trained_and_prompt_tokens_differ_in_every_terminal(tunebench, colours, monkeypatch, colour):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLORTERM", "truecolor" if colour == "truecolor" else "")
    monkeypatch.setenv("TERM", f"xterm-{colour}")
    lines = tunebench("data", "inspect", colours, "-n", 1).out.splitlines()
    bare = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in lines]
    prompt, answer = (lines[bare.index(text)] for text in ("### Response:↵", "blue⟨endoftext⟩"))
    assert prompt.partition("m")[0] != answer.partition("m")[0]
