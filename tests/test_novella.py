"""The novella and the questions about it: what is asked stands in the book, and no chapter stands in two splits."""

import json
import re
from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from bench import checks
from bench.corpus import novella
from bench.data.dataset import load_dataset
from bench.data.reading import read_file
from bench.metrics import grounding
from bench.record import Output

FIXTURES = Path(__file__).parents[1] / "fixtures"
BOOK = FIXTURES / "corpus" / "novella.txt"
DATASET = FIXTURES / "datasets" / "novella.jsonl"
SEVEN = {
    "Character Analysis",
    "Plot Explanation",
    "Spell Information",
    "Location Description",
    "Magical Object Details",
    "Timeline Questions",
    "Relationship Analysis",
}


@cache
def rows() -> list[dict]:
    return novella.build()


@cache
def chapters() -> dict[str, str]:
    """Chapter id -> its text on one line, as the book format reads it."""
    return {example.id: " ".join(example.response.split()) for example in read_file(BOOK).examples}


def of_split(split: str) -> list[dict]:
    return [row for row in rows() if row["split"] == split]


def test_committed_file_equals_the_rebuilt_one():
    assert [json.loads(line) for line in DATASET.read_text(encoding="utf-8").splitlines()] == rows() == novella.build()


def test_the_book_format_finds_sixteen_chapters_of_a_novella():
    assert list(chapters()) == [f"chapter-{number:02}" for number in range(1, 17)]
    lengths = [len(text.split()) for text in chapters().values()]
    assert sum(lengths) >= 8_000
    assert min(lengths) >= 600


def test_no_paragraph_and_no_long_run_of_words_stands_twice():
    paragraphs = [text for number in range(1, 17) for text in novella.paragraphs(number)]
    assert len(set(paragraphs)) == len(paragraphs)
    words = re.findall(r"[a-z']+", " ".join(chapters().values()).casefold())
    runs = Counter(zip(*(words[start:] for start in range(14)), strict=False))
    assert [" ".join(run) for run, count in runs.items() if count > 1] == []


def test_evidence_and_passage_stand_in_the_chapter_that_is_the_source():
    assert [row["id"] for row in rows() if row["evidence"] not in row["input"]] == []
    assert [row["id"] for row in rows() if row["input"] not in chapters()[row["source"]]] == []


def test_every_response_is_grounded_in_its_passage_and_question():
    given = [{name: row[name] for name in ("instruction", "input")} for row in rows()]
    outputs = [Output(r["id"], "", "", r["response"], (), **asked) for r, asked in zip(rows(), given, strict=True)]
    details = grounding.score(outputs).details
    assert [name for name, detail in details.items() if detail["label"] != "grounded"] == []
    assert len(details) == len(rows())


def test_every_response_passes_its_own_checks_in_5_to_25_words():
    assert [r["id"] for r in rows() if not all(checks.passes(check, r["response"]) for check in r["checks"])] == []
    assert all(5 <= len(row["response"].split()) <= 25 for row in rows())


def test_no_passage_is_its_own_answer():
    assert [row["id"] for row in rows() if row["input"].rstrip(".") == row["response"].rstrip(".")] == []


def test_ten_questions_are_tested_and_no_chapter_stands_in_two_splits():
    assert len(of_split("test")) == 10
    assert 30 <= len(of_split("validation")) <= 40
    assert 250 <= len(of_split("train")) <= 400
    for one, other in combinations(("train", "validation", "test"), 2):
        assert not {row["source"] for row in of_split(one)} & {row["source"] for row in of_split(other)}


def test_loading_finds_no_leak():
    assert len(load_dataset("novella").test) == 10


@pytest.mark.parametrize("split", novella.SPLITS)
def test_every_split_has_all_seven_types(split):
    assert {row["category"] for row in of_split(split)} == SEVEN


def test_the_fixed_questions_of_the_lecture_are_asked():
    asked = {row["instruction"] for row in rows()}
    assert "Describe the character Hugo and their role in the story." in asked
    assert "What is the spell Open and what does it do?" in asked


def test_the_evidence_of_the_test_stands_in_no_passage_of_training():
    trained = " ".join(row["input"] for row in of_split("train"))
    assert [row["id"] for row in of_split("test") if row["evidence"] in trained] == []


def test_a_passage_is_short_and_cuts_no_speech_in_two():
    wider = [row["input"] for row in rows() if row["input"] != row["evidence"]]
    assert all(len(text.split()) <= novella.LONGEST and text.count('"') % 2 == 0 for text in wider)
