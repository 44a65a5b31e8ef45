from collections import Counter

import pytest

from bench.catalog import FIXTURES
from bench.data.example import Dropped, Example, Loaded, Turn
from bench.data.lint import RULES, lint
from bench.data.reading import read_file

GOOD = {
    "instruction": "Classify the sentiment of the following financial news.",
    "input": "Apple reported record quarterly revenue of $123.9 billion.",
    "response": "Positive",
}
LONG = "Every spring the village cleans the old canal, mends its gates and lets the water in for the gardens below."


def example(number, instruction="Name a river.", response="Elbe", **fields):
    return Example(id=f"e{number}", instruction=instruction, responses=(response,), **({"where": str(number)} | fields))


def loaded(*examples, **fields):
    return Loaded("mine.jsonl", "alpaca", "jsonl", "", tuple(examples), **fields)


def findings(*examples, besides=("small dataset",), **options):
    return [found for found in lint(loaded(*examples), **options) if found.rule not in besides]


def found(*examples, **options):
    """(rule, severity, line) of each finding."""
    return [(each.rule, each.severity, each.where.rpartition(":")[2]) for each in findings(*examples, **options)]


def varied(count):
    """Examples that no rule has anything to say about."""
    words = ("river", "bird", "song", "town", "tool", "metal", "tree", "sport", "fruit", "island")
    verbs = ("Name", "Describe", "Draw", "Praise", "Compare", "Rank", "Count", "List", "Sketch", "Recall")
    return [example(n, f"{verbs[n % 10]} a {words[n // 10 % 10]}", f"answer {n}") for n in range(count)]


def test_the_courses_good_example_has_no_finding():
    assert found(example(1, GOOD["instruction"], GOOD["response"], input=GOOD["input"])) == []


def test_the_courses_bad_example_is_an_error():
    assert found(example(7, "Analyze this.", "good", input="AAPL up")) == [("vague instruction", "error", "7")]


def test_a_vague_instruction_late_in_a_conversation_has_its_object_in_the_turns_before():
    assert found(example(1, "Explain.", "It sank.", history=(Turn("What was Vasa?", "A ship."),))) == []


def test_an_unnamed_object_is_a_warning():
    assert found(example(1, "Process the data.", "done")) == [("vague instruction", "warning", "1")]


def test_a_finding_names_file_and_line_and_quotes_the_row():
    (finding,) = findings(example(12, "Analyze this.", "good", input="a\n" * 100))
    assert finding.where == "mine.jsonl:12"
    assert finding.shown.startswith("Analyze this. a a")
    assert len(finding.shown) == 100


def test_a_dropped_row_with_an_empty_answer_is_an_error_at_its_place():
    drops = (Dropped("mine.jsonl:3", "the answer is empty"), Dropped("mine.jsonl:4", "no label"))
    (finding,) = lint(loaded(*varied(100), dropped=drops))
    assert (finding.rule, finding.severity, finding.where) == ("empty answer", "error", "mine.jsonl:3")


def test_an_empty_first_answer_is_an_error_though_a_second_one_is_there():
    row = Example("e", "Name a river.", responses=(" ", "Elbe"), where="2")
    assert found(row) == [("empty answer", "error", "2")]


def test_a_failed_answer_is_an_error():
    assert found(example(1, response="Failed to generate answer")) == [("failed answer", "error", "1")]


def test_a_failed_answer_in_an_earlier_turn_is_an_error():
    assert found(example(1, history=(Turn("Hello!", "Error: timeout"),))) == [("failed answer", "error", "1")]


def test_none_is_a_warning_but_not_as_a_label():
    assert found(example(1, response="None")) == [("placeholder answer", "warning", "1")]
    assert found(example(1, response="none", label="none")) == []


def test_an_essay_of_three_words_is_a_warning():
    assert found(example(1, "Write an essay about bees.", "Bees are nice.")) == [("short answer", "warning", "1")]


def test_equal_rows_are_reported_against_the_first():
    rows = [example(n, "name a  RIVER") for n in (2, 3)]
    assert found(example(1), *rows) == [("repeated row", "warning", "2"), ("repeated row", "warning", "3")]


def test_another_answer_to_the_same_question_is_a_warning_once():
    rows = [example(2, response="Oder"), example(3, response="Oder")]
    assert found(example(1), *rows) == [("repeated row", "warning", "3"), ("several answers", "warning", "2")]


def test_several_references_in_one_row_are_fine():
    assert found(Example("e", "Name a river.", responses=("Elbe", "Oder"), where="1")) == []


def test_two_labels_for_one_text_are_an_error_and_no_second_finding():
    rows = [example(n, input="Sales rose.", response=label, label=label) for n, label in enumerate(("up", "down"))]
    assert found(*rows) == [("contradictory label", "error", "1")]


def test_a_near_copy_is_a_warning_and_can_be_left_out():
    rows = [example(1, "Shorten this report.", LONG), example(2, "Shorten that report.", LONG)]
    assert found(*rows) == [("near-duplicate", "warning", "2")]
    assert found(*rows, near=False) == []


def test_questions_about_one_passage_are_no_copies_of_each_other():
    rows = [
        example(n, f"Who {verb} in spring?", "the village", input=LONG * 3) for n, verb in enumerate(("digs", "cleans"))
    ]
    assert found(*rows) == []


def test_the_same_question_about_two_passages_that_both_come_twice_is_no_copy():
    asked = ("What does the passage say about the season of spring?", "Whom does the passage praise and who praises?")
    rows = [
        example(n, asked[n % 2], "nothing at all", input=passage)
        for n, passage in enumerate([LONG, LONG, LONG[::-1], LONG[::-1]])
    ]
    assert found(*rows) == []


def test_tokens_beyond_the_maximum_are_counted():
    (finding,) = findings(example(1, "Say a b c", "d e f"), count_tokens=counted, max_length=5)
    assert (finding.rule, finding.severity) == ("truncation", "warning")
    assert finding.message.startswith("7 tokens without the template, 2 more than 5")


def counted(texts):
    return [len(text.split()) for text in texts]


def test_exactly_the_maximum_is_not_cut():
    assert found(example(1, "Say a b c", "d e f"), count_tokens=counted, max_length=7) == []


@pytest.mark.parametrize(
    ("counts", "flagged"),
    [((100, 10), False), ((101, 10), True), ((50, 50, 5), True), ((60, 28, 12), False), ([4] * 30, False)],
)
def test_labels_beyond_ten_to_one_or_below_five_percent_are_imbalanced(counts, flagged):
    labels = [f"class {n}" for n, count in enumerate(counts) for _ in range(count)]
    rows = [example(n, f"Sort the item {n}.", label, label=label) for n, label in enumerate(labels)]
    assert ("label imbalance" in {rule for rule, *_ in found(*rows)}) is flagged


def test_one_way_to_begin_is_a_warning_for_the_file():
    rows = [example(n, f"Write a story about {word}.", "x " * 9) for n, word in enumerate("abcdefghijklmnopqrst")]
    (finding,) = findings(*rows, besides=("small dataset", "several answers"))
    assert (finding.rule, finding.where) == ("single pattern", "mine.jsonl")
    assert finding.message.startswith("20 of 20 different instructions begin with 'write a story'")


def test_one_fixed_instruction_is_no_single_pattern():
    rows = [example(n, GOOD["instruction"], f"answer {n}", input=f"Item {n} sold.") for n in range(30)]
    assert found(*rows) == []


@pytest.mark.parametrize(
    ("instruction", "input", "echoes"),
    [
        ("Sort the words.", "pear plum apple", True),
        ("pear plum apple", "", True),
        ("Repeat the words.", "pear plum apple", False),
        ("Capitalize it.", "Pear Plum Apple", False),
    ],
)
def test_an_answer_that_is_its_question_is_a_warning(instruction, input, echoes):
    rows = found(example(1, instruction, "pear plum apple", input=input))
    assert rows == ([("echo", "warning", "1")] if echoes else [])


def test_a_marker_in_an_answer_is_an_error_and_in_a_question_a_warning():
    rows = [example(1, response="Elbe<|im_end|>"), example(2, "What does [INST] mean?")]
    assert found(*rows) == [("marker inside text", "error", "1"), ("marker inside text", "warning", "2")]


def test_a_marker_in_an_answer_of_an_earlier_turn_is_an_error():
    assert found(example(1, history=(Turn("Hello!", "Hi </s>"),))) == [("marker inside text", "error", "1")]


def test_a_marker_of_ones_own_template_is_found():
    assert found(example(1, "Name it. Answer:"), markers=["Answer:"]) == [("marker inside text", "warning", "1")]


def test_mojibake_is_a_warning():
    assert found(example(1, response="die MÃ¼hle")) == [("encoding damage", "warning", "1")]


@pytest.mark.parametrize(("count", "rules"), [(99, ["small dataset"]), (100, [])])
def test_fewer_than_a_hundred_examples_are_few(count, rules):
    assert [finding.rule for finding in lint(loaded(*varied(count)))] == rules


def test_chapters_have_no_instruction_to_find_fault_with():
    chapters = [example(n, "", text, kind="text") for n, text in enumerate((LONG, "Explain.", "null"))]
    assert findings(*chapters, besides=()) == []


def test_a_chapter_that_comes_twice_is_found():
    assert found(example(1, "", LONG, kind="text"), example(2, "", LONG, kind="text")) == [
        ("repeated row", "warning", "2")
    ]


def test_rules_have_names_of_their_own_and_a_reason():
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.reason and not rule.reason.endswith(".") for rule in RULES)


def test_the_search_for_copies_tells_its_progress():
    heard = []
    lint(loaded(*varied(50)), on_progress=lambda done, total: heard.append((done, total)))
    assert heard


@pytest.mark.parametrize("name", ["everyday", "headlines"])
def test_our_own_datasets_have_no_finding(name):
    assert lint(read_file(FIXTURES / "datasets" / f"{name}.jsonl")) == []


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("alpaca/alpaca_small.json", {"echo": 2}),
        ("alpaca/seed_tasks.jsonl", {}),
        ("self_instruct_eval/user_oriented_instructions.jsonl", {}),
        ("instruct_small/instruction-data.json", {"several answers": 31, "echo": 1}),
        ("flan/qasc_train.tsv", {}),
    ],
)
def test_sets_that_many_people_train_on_have_few_findings(shared, name, most):
    assert Counter(finding.rule for finding in lint(read_file(shared(f"data/{name}")))) == most
