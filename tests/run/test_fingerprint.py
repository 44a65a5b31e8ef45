import json
from dataclasses import replace

import pytest

from bench.errors import UserError
from bench.models._weights import byte_tokenizer
from bench.run.fingerprint import FILE, check, fingerprint, read, tokenizer_sha256, write


def a_fingerprint(template="instruction_input_response", tokenizer=None, **changes):
    given = {"rows": "r", "weights": "w", "configs": {"epochs": 3}} | changes
    return fingerprint(template, tokenizer or byte_tokenizer(), **given)


@pytest.mark.parametrize(
    "changed", [{"template": "alpaca"}, {"rows": "s"}, {"weights": "v"}, {"configs": {"epochs": 4}}]
)
def test_each_thing_a_model_is_made_of_changes_the_id(changed):
    assert a_fingerprint(**changed).id != a_fingerprint().id


def test_another_text_around_the_question_is_another_template():
    assert a_fingerprint("instruction_colon").template != a_fingerprint("inst").template


def test_a_tokenizer_is_known_by_what_it_does_and_not_by_padding_left_from_a_call():
    used = byte_tokenizer()
    used(["a", "bcd"], padding=True, truncation=True, max_length=2)
    assert tokenizer_sha256(used) == tokenizer_sha256(byte_tokenizer())


def test_another_special_token_or_chat_template_is_another_tokenizer():
    marked, chatty = byte_tokenizer(), byte_tokenizer()
    marked.add_special_tokens({"additional_special_tokens": ["<mark>"]})
    chatty.chat_template = "{{ messages[0]['content'] }}"
    assert len({tokenizer_sha256(each) for each in (byte_tokenizer(), marked, chatty)}) == 3


def test_a_mismatch_names_each_field_that_differs():
    with pytest.raises(UserError) as error:
        check(a_fingerprint(), a_fingerprint("alpaca", rows="s"), "model/x")
    assert str(error.value).startswith("model/x: made with another template (stored ")
    assert "rows" in str(error.value)
    assert "weights" not in str(error.value)


def test_it_lies_beside_the_weights_and_comes_back(tmp_path):
    write(tmp_path, a_fingerprint())
    check(read(tmp_path), a_fingerprint(), "here")


@pytest.mark.parametrize("content", [None, "", "[]", '{"id": "x"}'])
def test_a_model_without_a_whole_fingerprint_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / FILE).write_text(content)
    with pytest.raises(UserError, match="no whole fingerprint"):
        read(tmp_path)


def test_a_fingerprint_that_somebody_edited_is_refused(tmp_path):
    write(tmp_path, a_fingerprint())
    changed = json.loads((tmp_path / FILE).read_text()) | {"rows": "other"}
    (tmp_path / FILE).write_text(json.dumps(changed))
    with pytest.raises(UserError, match="the id is not that of the fields"):
        read(tmp_path)


def test_an_untuned_model_has_no_rows_and_no_configs():
    bare = a_fingerprint(rows="", configs={})
    assert (bare.rows, bare.configs) == ("", "")
    assert replace(bare, rows="r").id != bare.id
