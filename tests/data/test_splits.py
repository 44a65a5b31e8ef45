from collections import Counter

import pytest

from bench.data.example import Example, Turn
from bench.data.leakage import find_leaks
from bench.data.splits import apportioned, leaves_no_leak, parse_rule, split_examples
from bench.errors import UserError

COLOURS = ("amber", "beige", "coral", "denim", "ebony", "fawn", "green", "hazel", "ivory", "jade", "khaki", "lilac")


def rows(n, **given):
    return [Example(f"e{i}", f"Say {i}", responses=(str(i),), where=str(i), **given) for i in range(n)]


def sizes(parts):
    return tuple(len(parts[part]) for part in ("train", "validation", "test"))


def parts_of(parts, field):
    return [{getattr(example, field) for example in examples} for examples in parts.values()]


def test_the_default_is_80_10_10():
    assert sizes(split_examples(rows(200))) == (160, 20, 20)


def test_every_example_stands_in_exactly_one_split_and_carries_its_name():
    parts = split_examples(rows(37))
    assert sorted(e.id for part in parts.values() for e in part) == sorted(e.id for e in rows(37))
    assert all(e.split == name for name, part in parts.items() for e in part)


def test_examples_stay_in_the_order_of_the_file():
    train = split_examples(rows(50))["train"]
    assert [e.id for e in train] == sorted((e.id for e in train), key=lambda name: int(name[1:]))


def test_rows_of_one_source_stay_together():
    examples = [Example(f"e{i}", f"Ask {i}", responses=("x",), source=f"passage {i // 5}") for i in range(100)]
    train, validation, test = parts_of(split_examples(examples), "source")
    assert not train & (validation | test)
    assert not validation & test


def test_a_question_asked_of_two_sources_ties_them_together():
    def about(source, question):
        return Example(f"{source}-{question}", question, responses=("x",), source=source)

    chain = [about("a", "Who?"), about("b", "who? "), about("b", "When?"), about("c", "when")]
    for seed in range(20):
        parts = split_examples(chain + rows(20), "source", seed=seed)
        assert sum(bool({"a", "b", "c"} & sources) for sources in parts_of(parts, "source")) == 1


def test_near_copies_stay_together():
    text = "the harbour of the old town lies under a wide roof of red tiles and smells of tar"
    copies = [Example(f"c{i}", f"{text} {colour}", responses=("x",)) for i, colour in enumerate(COLOURS)]
    for seed in range(10):
        parts = split_examples(copies + rows(30), "source", seed=seed)
        assert not find_leaks(parts["train"], parts["test"] + parts["validation"])


def test_the_same_last_question_of_two_conversations_does_not_tie_them():
    talks = [Example(f"e{i}", "Go on.", responses=("x",), history=(Turn(f"Tell me of {i}", "ok"),)) for i in range(20)]
    assert sizes(split_examples(talks)) == (16, 2, 2)


def test_chapters_without_a_question_are_not_one_subject():
    book = [Example(f"ch{i}", "", responses=(f"Chapter {i}.",), kind="text") for i in range(20)]
    assert sizes(split_examples(book)) == (16, 2, 2)


def test_classes_have_the_same_shares_in_every_split():
    labels = ["good"] * 700 + ["fair"] * 200 + ["bad"] * 100
    examples = [Example(f"e{i}", f"Say {i}", responses=("x",), label=label) for i, label in enumerate(labels)]
    parts = split_examples(examples)
    assert Counter(e.label for e in parts["test"]) == {"good": 70, "fair": 20, "bad": 10}
    assert Counter(e.label for e in parts["validation"]) == {"good": 70, "fair": 20, "bad": 10}


def test_classes_of_a_single_example_still_leave_a_test_split():
    examples = [Example(f"e{i}", f"Say {i}", responses=("x",), label=f"class {i}") for i in range(100)]
    assert sizes(split_examples(examples)) == (80, 10, 10)


def test_sources_with_several_classes_come_near_the_shares():
    examples = [
        Example(f"e{i}", f"Say {i}", responses=("x",), source=f"s{i // 10}", label="ab"[i % 10 < 3])
        for i in range(1000)
    ]
    assert Counter(e.label for e in split_examples(examples)["test"]) == {"a": 70, "b": 30}


def test_the_split_depends_on_content_and_seed_and_not_on_the_order():
    ahead, back = split_examples(rows(60)), split_examples(rows(60)[::-1])
    assert {e.id for e in ahead["test"]} == {e.id for e in back["test"]}
    assert {e.id for e in ahead["test"]} != {e.id for e in split_examples(rows(60), seed=1)["test"]}


def test_a_row_more_moves_few_others():
    before, after = ({e.id for e in split_examples(rows(n))["test"]} for n in (200, 201))
    assert len(before & after) >= 18


def test_a_giant_source_does_not_leave_the_test_split_empty():
    giant = [Example(f"g{i}", f"Ask {i}", responses=("x",), source="book") for i in range(90)]
    assert sizes(split_examples(giant + rows(2))) == (90, 1, 1)


def test_other_shares_are_train_test_validation():
    assert sizes(split_examples(rows(200), "source:70/20/10")) == (140, 20, 40)


def test_holdout_has_no_validation_and_keeps_sources_together():
    examples = [Example(f"e{i}", f"Ask {i}", responses=("x",), source=f"s{i // 4}") for i in range(80)]
    parts = split_examples(examples, "holdout:0.1")
    assert sizes(parts) == (72, 0, 8)
    assert not {e.source for e in parts["train"]} & {e.source for e in parts["test"]}


def test_published_takes_the_first_85_percent_then_10_for_test():
    parts = split_examples(rows(1100), "published:85/10/5")
    assert sizes(parts) == (935, 55, 110)
    assert [parts[part][0].id for part in ("train", "test", "validation")] == ["e0", "e935", "e1045"]


def test_rows_that_name_their_split_keep_it_unless_a_rule_is_given():
    given = rows(10, split="test")
    assert sizes(split_examples(given)) == (0, 0, 10)
    assert sizes(split_examples(given, "source")) == (8, 1, 1)


def test_a_split_in_some_rows_only_is_refused():
    with pytest.raises(UserError, match=r"example 'e0' \(line 0\) names no split, but others do"):
        split_examples(rows(2) + rows(1, split="train"))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("sorce", "Did you mean 'source'"),
        ("source:80/10", "add up to 100"),
        ("source:80/10/20", "add up to 100"),
        ("source:100/0/0", "add up to 100"),
        ("published:a/b/c", "add up to 100"),
        ("holdout:10", "between 0 and 1"),
        ("holdout:nan", "between 0 and 1"),
    ],
)
def test_a_rule_that_is_none(rule, message):
    with pytest.raises(UserError, match=message):
        parse_rule(rule)


def test_apportioned_counts_add_up():
    assert apportioned(1000, {"a": 0.4, "b": 0.3, "c": 0.3}) == {"a": 400, "b": 300, "c": 300}
    assert apportioned(10, {"a": 1, "b": 1, "c": 1}) == {"a": 4, "b": 3, "c": 3}


def test_chains_of_near_copies_split_alike_in_any_order_of_rows():
    words = [f"word{i}" for i in range(40)]
    chain = [Example(f"c{i}", " ".join(words[i : i + 25]), responses=("x",)) for i in range(0, 15, 2)]
    ahead, back = (split_examples((chain + rows(30))[::step], "source") for step in (1, -1))
    assert {e.id for e in ahead["test"]} == {e.id for e in back["test"]}
    assert not find_leaks(ahead["train"], ahead["test"] + ahead["validation"])


def test_only_splits_made_by_source_need_no_search_for_leaks():
    own = [Example(str(i), f"Say {i}", split="train") for i in range(3)]
    assert leaves_no_leak(rows(9), "")
    assert leaves_no_leak(own, "holdout:0.2")
    assert not leaves_no_leak(own, "")
    assert not leaves_no_leak(rows(9), "published")


def test_what_minhash_missed_is_moved_to_train(monkeypatch):
    said = " ".join(f"boat{i} and net{i}" for i in range(40))
    copies = [Example(str(i), f"{said} {i}", responses=("Yes.",)) for i in range(12)]
    copies += [Example(f"x{i}", f"What is {i} and {i}?", responses=(str(2 * i),)) for i in range(20)]
    monkeypatch.setattr("bench.data.splits.near_duplicates_and_proof", lambda *_: ([], False))
    parts = split_examples(copies, "source:60/20/20")
    assert find_leaks(parts["train"], parts["test"]) == []
    assert parts["test"]
