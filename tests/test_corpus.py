"""The generated world: the datasets keep their promises, the pretraining text teaches without answering."""

import json
import re
from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from bench import checks
from bench.corpus import dialogues, everyday, headlines, held_out
from bench.corpus.documents import KINDS, VERDICTS, documents
from bench.corpus.pairs import TASKS, pairs
from bench.corpus.recipe import load_recipe
from bench.data.dataset import load_dataset
from bench.data.held_out import PATH as HELD_OUT
from bench.data.leakage import find_leaks
from bench.refusals import is_refusal

DATASETS = Path(__file__).parents[1] / "fixtures" / "datasets"
RECIPES = Path(__file__).parents[1] / "fixtures" / "models"
BUILDERS = {"everyday": everyday.build, "headlines": headlines.build, "dialogues": dialogues.build}
MIX = dict.fromkeys(KINDS, 1) | {"restated": 4, "facts": 2}


@cache
def rows(name: str) -> list[dict]:
    return BUILDERS[name]()


@cache
def text() -> str:
    return "\n\n".join(documents(1, 40_000, MIX))


def answers(row: dict) -> list[str]:
    return row["response"] if isinstance(row["response"], list) else [row["response"]]


def of_split(name: str, split: str) -> list[dict]:
    return [row for row in rows(name) if row["split"] == split]


def test_held_out_text_is_rebuilt_and_holds_no_row_of_the_datasets():
    committed = [json.loads(line) for line in HELD_OUT.read_text(encoding="utf-8").splitlines()]
    assert committed == held_out.build()
    told = {answer for name in BUILDERS for row in rows(name) for answer in answers(row)}
    assert not told & {row["text"] for row in committed}


@pytest.mark.parametrize("name", BUILDERS)
def test_committed_file_equals_the_rebuilt_one(name):
    committed = [json.loads(line) for line in (DATASETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    assert committed == BUILDERS[name]() == rows(name)


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize(
    "key", [lambda r: r["source"], lambda r: (r["instruction"], r["input"])], ids=("source", "instruction")
)
def test_splits_share_nothing(name, key):
    if name == "headlines" and key(rows(name)[0]) != rows(name)[0]["source"]:
        key = lambda r: r["input"]  # noqa: E731  the instruction of a headline is always one of three
    for one, other in combinations(("train", "validation", "test"), 2):
        assert not {key(r) for r in of_split(name, one)} & {key(r) for r in of_split(name, other)}


@pytest.mark.parametrize("name", BUILDERS)
def test_every_response_passes_its_own_checks(name):
    told = [(r["id"], c, answer) for r in rows(name) for c in r["checks"] for answer in answers(r)]
    failed = [each for each in told if not checks.passes(*each[1:])]
    assert not failed


def test_everyday_has_the_promised_size_and_shares():
    kinds = Counter(row["kind"] for row in rows("everyday"))
    assert 600 <= len(rows("everyday")) <= 800
    assert len(of_split("everyday", "test")) >= 150
    assert 0.07 <= kinds["refuse"] / len(rows("everyday")) <= 0.08
    assert kinds["refuse"] == kinds["lookalike"]
    assert len({row["category"] for row in rows("everyday")}) == 5


@pytest.mark.parametrize("split", everyday.SPLITS)
def test_every_split_has_all_categories_and_kinds(split):
    assert len({row["category"] for row in of_split("everyday", split)}) == 5
    assert {row["kind"] for row in of_split("everyday", split)} == {"plain", "refuse", "lookalike"}


def test_lecture_prompts_are_held_back_for_the_test_split():
    assert set(everyday.LECTURE) <= {row["instruction"] for row in of_split("everyday", "test")}


def test_only_refuse_rows_refuse():
    assert all(is_refusal(row["response"]) == (row["expect"] == "refuse") for row in rows("everyday"))


def test_every_answer_row_has_a_check():
    assert all(row["checks"] for row in rows("everyday") if row["expect"] == "answer")


def test_headlines_are_balanced_enough():
    for split in everyday.SPLITS:
        counts = Counter(row["label"] for row in of_split("headlines", split))
        assert set(counts) == set(headlines.LABELS)
        assert min(counts.values()) >= 0.2 * counts.total()


def test_only_test_dialogues_have_three_references_and_all_of_them_differ():
    counts = {split: {len(set(answers(row))) for row in of_split("dialogues", split)} for split in everyday.SPLITS}
    assert counts == {"train": {1}, "validation": {1}, "test": {3}}


def test_dialogues_are_four_to_eight_turns_of_two_people():
    for row in rows("dialogues"):
        turns = row["input"].split("\n")
        assert 4 <= len(turns) <= 8
        assert all(turn.startswith(f"#Person{number % 2 + 1}#: ") for number, turn in enumerate(turns))


def test_a_summary_names_nothing_that_nobody_said():
    for row in rows("dialogues"):
        kept = row["checks"][0]["all"]
        assert kept
        assert all(re.search(rf"\b{re.escape(word)}\b", row["input"]) for word in kept if word.split()[0] not in "an")


def test_no_dialogue_is_nearly_another_splits():
    data = load_dataset("dialogues")
    assert find_leaks(data.train, [*data.validation, *data.test]) == []
    assert find_leaks(data.validation, data.test) == []


def test_the_model_for_dialogues_is_never_pretrained_on_one_of_the_dataset_or_on_a_summary():
    recipe = load_recipe(RECIPES / "tiny-t5.toml").corpus
    written = "\n".join(text for pair in pairs(recipe.seed, 4_000, recipe.mix, recipe.tasks) for text in pair)
    assert not [row["id"] for row in rows("dialogues") if row["input"] in written]
    assert not [answer for row in rows("dialogues") for answer in answers(row) if answer in written]


@pytest.mark.parametrize("task", TASKS)
def test_a_reading_task_answers_with_what_was_read(task):
    for asked, answer in pairs(6, 50, {}, {task: 1}):
        assert "\n\n" in asked
        if task in ("repeated", "followed"):
            assert answer in asked


def test_documents_come_without_a_target_and_tasks_with_one():
    assert {target == "" for _, target in pairs(1, 40, {"dialogue": 1}, {})} == {True}
    assert {target == "" for _, target in pairs(1, 40, {}, dict.fromkeys(TASKS, 1))} == {False}


def test_documents_are_the_same_for_the_same_seed():
    assert list(documents(3, 50, MIX)) == list(documents(3, 50, MIX)) != list(documents(4, 50, MIX))


def test_facts_of_test_items_stand_in_the_pretraining_text():
    factual = (
        "capital:",
        "opposite:",
        "translation:",
        "plural:",
        "sum:",
        "product:",
        "sound:",
        "definition:",
        "language:",
        "function:",
    )
    wanted = [r for r in of_split("everyday", "test") if r["expect"] == "answer" and r["source"].startswith(factual)]
    assert len(wanted) > 50
    assert [r["response"] for r in wanted if r["response"] not in text()] == []


def test_no_document_answers_its_question():
    long = {row["response"] for row in rows("everyday") if row["expect"] == "answer" and len(row["response"]) > 20}
    for document in documents(2, 5_000, MIX):
        if "?" in document:
            assert not long & set(re.split(r"(?<=[.!?])\s+|\n", document))


@pytest.mark.parametrize("kind", ["asked", "headed"])
def test_lists_of_questions_hold_no_response(kind):
    responses = {row["response"] for row in rows("everyday") if len(row["response"]) > 20}
    assert not responses & {line for text in documents(5, 200, {kind: 1}) for line in text.splitlines()}


def test_base_never_reads_a_refusal_in_the_first_person():
    assert "I'm sorry" not in text()
    assert "I can't" not in text()


def test_news_documents_give_every_verdict():
    assert all(verdict in text() for verdicts in VERDICTS.values() for verdict in verdicts)
