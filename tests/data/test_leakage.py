import csv
import random
from itertools import count

import pytest

from bench.catalog import FIXTURES
from bench.data.example import Example, Turn
from bench.data.leakage import assert_no_leakage, find_leaks
from bench.data.reading import read_file
from bench.data.splits import split_examples
from bench.errors import UserError

PASSAGE = "The lighthouse at Corran was built of grey stone and burned whale oil for sixty years."
NUMBERS = count(1)


def example(instruction, input="", response="yes", **fields):
    number = next(NUMBERS)
    return Example(
        id=f"e{number}", instruction=instruction, input=input, responses=(response,), where=str(number), **fields
    )


def kinds(train, test):
    return [leak.kind for leak in find_leaks([train], [test])]


def test_different_examples_do_not_leak():
    assert kinds(example("Name a river.", response="Elbe"), example("Name a lake.", response="Chiemsee")) == []


def test_the_same_source_leaks():
    assert kinds(example("Who?", source="page 7"), example("When?", source="page 7")) == ["source"]


def test_no_source_is_no_common_source():
    assert kinds(example("Who?"), example("When?")) == []


def test_the_same_question_in_other_case_leaks_even_with_another_answer():
    assert kinds(example("Name a river.", response="Elbe"), example("name a river", response="Oder")) == ["question"]


def test_the_same_long_input_leaks_whatever_is_asked():
    assert kinds(example("Summarise this.", PASSAGE), example("What burned?", PASSAGE.upper())) == ["input"]


def test_the_same_short_input_does_not_leak():
    assert kinds(example("Translate into German.", "good day"), example("Count the letters.", "good day")) == []


def test_one_word_of_a_long_text_replaced_leaks_with_its_similarity():
    (leak,) = find_leaks([example(PASSAGE, "Why?")], [example(PASSAGE.replace("The", "Our"), "Why?")])
    # 18 words with input and answer have 16 shingles; the first word stands in one of them: 15 common of 17.
    assert (leak.kind, leak.similarity) == ("near-duplicate", 15 / 17)


def test_two_words_of_a_short_text_replaced_do_not_leak():
    assert kinds(example(PASSAGE), example(PASSAGE.replace("sixty", "ten").replace("grey", "red"))) == []


def test_a_chapter_is_compared_by_its_text():
    chapter = {"instruction": "", "kind": "text"}
    assert kinds(example(**chapter, response=PASSAGE), example(**chapter, response=PASSAGE.lower())) == ["question"]
    assert kinds(example(**chapter, response=PASSAGE), example(**chapter, response="Another day began.")) == []


def test_the_same_last_question_after_other_turns_does_not_leak():
    one, other = (Turn("Who wrote Emma?", "Jane Austen."),), (Turn("Who wrote Faust?", "Goethe."),)
    assert kinds(example("When?", history=one), example("When?", history=other)) == []
    assert kinds(example("When?", history=one), example("When?", history=one)) == ["question"]


def test_each_test_example_is_reported_once_in_order():
    train = [example("Who?", source="a"), example("Who?", source="b")]
    test = [example("New?", source="c"), example("Who?", source="b"), example("Who else?", source="a")]
    leaks = find_leaks(train, test)
    assert [(leak.kind, leak.test_example, leak.train_example) for leak in leaks] == [
        ("source", test[1], train[1]),
        ("source", test[2], train[0]),
    ]


def test_the_message_counts_both_splits_and_shows_the_first_in_one_line():
    train = [Example("a", "Who sings?", responses=("Ada",), where="3"), example("Where?\nHere?")]
    test = [Example("b", "who sings", responses=("Eva",), where="9"), example("Why?")]
    with pytest.raises(UserError) as error:
        assert_no_leakage(train, [example("where?\nhere?")], test, where="mine.jsonl")
    assert str(error.value) == (
        "mine.jsonl: 1 of 2 test and 1 of 1 validation examples are in the training split too; the first, test example "
        "b (line 9), has the same question as training example a (line 3): 'who sings'; split by source "
        "(`tunebench data split`), or remove them from the training split"
    )


def test_a_leak_into_validation_alone_is_refused_and_named():
    with pytest.raises(UserError, match=r"x: 1 of 1 validation examples .* the first, validation example"):
        assert_no_leakage([example("Where?")], [example("Where?")], [example("Why?")], where="x")


@pytest.mark.parametrize("name", ["everyday", "headlines"])
def test_our_own_datasets_are_clean(name):
    parts = split_examples(read_file(FIXTURES / "datasets" / f"{name}.jsonl").examples)
    assert_no_leakage(parts["train"], parts["validation"], parts["test"], where=name)


def dialogue_rows(path):
    """The Hub's rows as a naive reader takes them: three examples for each dialogue."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield example("Summarize the dialogue.", row["dialogue"], row["summary"])


def test_dialogsum_rows_split_at_random_are_caught(shared):
    rows = list(dialogue_rows(shared("data/dialogsum/hub_csv/test.first300.csv")))
    random.Random(0).shuffle(rows)
    with pytest.raises(UserError, match=r"30 of 30 test and 30 of 30 validation examples .* the same question"):
        assert_no_leakage(rows[:240], rows[240:270], rows[270:], where="test.first300.csv")


def test_dialogsum_split_by_dialogue_is_clean(shared):
    parts = split_examples(read_file(shared("data/dialogsum/hub_csv/test.first300.csv")).examples)
    assert_no_leakage(parts["train"], parts["validation"], parts["test"], where="test.first300.csv")


def test_the_half_of_dialogsums_sample_that_is_dev_is_caught(shared):
    train = read_file(shared("data/dialogsum/dialogsum.sample.jsonl")).examples
    leaks = find_leaks(train, read_file(shared("data/dialogsum/dialogsum.dev.jsonl")).examples)
    # Two dialogues of the 50 are in dev once more under another id.
    assert 50 <= len(leaks) <= 52


def test_nested_agreement_sets_are_caught_whole(shared):
    folder = shared("data/financial_phrasebank")
    test, train = (
        read_file(folder / f"Sentences_{name}.txt", "financial_phrasebank").examples for name in ("AllAgree", "75Agree")
    )
    assert len(find_leaks(train, test)) == len(test) == 2264


def test_the_course_books_published_split_repeats_six_questions(shared):
    examples = read_file(shared("data/instruct_small/instruction-data.json")).examples
    train, test, validation = examples[:935], examples[935:1045], examples[1045:]
    assert [leak.kind for leak in find_leaks(train, test)] == ["question"] * 2
    assert [leak.kind for leak in find_leaks(train, validation)] == ["question"] * 4
