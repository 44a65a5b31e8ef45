import json

import pytest

from bench.data.example import Dropped, Example, Loaded, Turn
from bench.data.overview import asked, bucket, bucket_name, by_reason, lengths, overview, summary
from bench.data.tokens import token_counter
from bench.errors import UserError


def loaded(*examples, dropped=()):
    return Loaded("f.json", "alpaca", "json", "0" * 64, tuple(examples), tuple(dropped))


def example(number, **fields):
    return Example(**({"id": f"e{number}", "instruction": "Add one.", "responses": ("two",)} | fields))


def test_lengths_of_1_to_100():
    found = lengths(range(1, 101))
    assert (found.shortest, found.median, found.p95, found.longest) == (1, 50, 95, 100)
    assert found.buckets == (1, 1, 2, 4, 8, 16, 32, 36)


def test_no_texts_have_no_lengths():
    assert lengths([]) is None


def test_one_text_is_its_own_median():
    assert lengths([7]).p95 == 7


def test_buckets_double():
    assert [bucket(count) for count in (0, 1, 2, 3, 4, 5, 8, 9)] == [0, 0, 1, 2, 2, 3, 3, 4]
    assert [bucket_name(place) for place in range(4)] == ["0-1", "2", "3-4", "5-8"]


def test_reasons_that_differ_in_numbers_or_quotes_only_are_one_group():
    drops = [Dropped(f"f:{n}", f"turn {n} has the role 'tool{n}'") for n in range(5)]
    groups = by_reason([Dropped("f:9", "the answer is empty"), *drops])
    assert [(group.rows, group.places[0]) for group in groups] == [(5, "f:0"), (1, "f:9")]
    assert groups[0].reason == "turn 0 has the role 'tool0'"


def test_ten_categories_are_named_and_the_rest_counted():
    view = overview(loaded(*(example(f"{n}-{k}", category=f"c{n}") for n in range(13) for k in range(13 - n))))
    assert [name for name, _ in view.categories] == [f"c{n}" for n in range(10)]
    assert view.other_categories == (3, 3 + 2 + 1)


def test_an_eleventh_category_is_named_too():
    view = overview(loaded(*(example(n, category=f"c{n}") for n in range(11))))
    assert (len(view.categories), view.other_categories) == (11, (0, 0))


def test_words_count_turns_system_and_every_reference():
    talk = example(1, system="Be kind.", history=(Turn("Hi you", "Hello"),), responses=("two", "it is two"))
    assert overview(loaded(talk)).words == 2 + 2 + 1 + 2 + 1 + 3
    assert asked(talk) == "Be kind.\nHi you\nHello\nAdd one."


def test_without_a_counter_there_are_no_lengths():
    assert overview(loaded(example(1))).prompts is None


def test_the_summary_is_json():
    told = json.loads(json.dumps(summary(loaded(example(1, label="a"), dropped=[Dropped("f:2", "empty")]))))
    assert told["labels"] == {"a": 1}
    assert told["dropped"] == [{"where": "f:2", "reason": "empty"}]


def test_tokens_are_counted_without_special_ones():
    assert token_counter()(["", "the"]) == [0, 1]


def test_tokens_are_those_that_the_model_is_trained_on():
    from bench import catalog

    module, argument = catalog.load("model", "tiny-gpt2")
    tokenizer = module.open(argument).tokenizer()
    text = "What is the capital of Peru?\n皆さん"
    assert token_counter("tiny-gpt2")([text]) == [len(tokenizer(text)["input_ids"])]


def test_gpt2s_two_files_count_as_one_tokenizer(shared):
    folder = shared("tokenizers/gpt2")
    assert token_counter(f"local:{folder}")(["Hello world, it's me"]) == [6]


@pytest.mark.parametrize(("name", "said"), [("tiny-gpt", "Did you mean"), ("hub:a/b", "local:FOLDER")])
def test_an_unknown_tokenizer_is_refused(name, said):
    with pytest.raises(UserError, match=said):
        token_counter(name)


def test_a_damaged_tokenizer_is_refused(tmp_path):
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(UserError, match="not a tokenizer"):
        token_counter(str(tmp_path))


def test_a_folder_without_a_tokenizer_is_refused(tmp_path):
    with pytest.raises(UserError, match="has no tokenizer"):
        token_counter(str(tmp_path))
