"""Pride and Prejudice, three editions of the real text, made into a dataset by the rule teacher."""

from collections import Counter

import pytest

from bench.data.duplicates import near_duplicates
from bench.data.reading import read_file
from bench.synthesis.config import Settings
from bench.synthesis.curate import passes
from bench.synthesis.ground import beyond, flat, looked_up
from bench.synthesis.pipeline import TOPICS, Pipeline
from bench.synthesis.review import statuses_of
from bench.synthesis.rows import DATASET, INSTRUCTIONS, PAIRS, Instruction, Pair, read_rows

EDITIONS = ("pride_prejudice.txt", "1342-0.txt", "1342.txt")
MAIN = ("Elizabeth", "Darcy", "Jane", "Bingley", "Wickham", "Collins", "Lydia", "Charlotte", "Lady Catherine")


def settings(book, folder, **fields):
    return Settings(book, folder, templates="novel", **fields)


@pytest.fixture(scope="module", params=EDITIONS)
def made(request, shared_book, tmp_path_factory):
    """The folder of a finished run, and its settings."""
    chosen = settings(shared_book(request.param), tmp_path_factory.mktemp("pride") / "out")
    list(Pipeline(chosen).run())
    return chosen


@pytest.fixture(scope="module")
def shared_book():
    from tests.conftest import SHARED

    def find(name):
        path = SHARED / "data" / "gutenberg" / name
        if not path.exists():
            pytest.skip(f"{path} is absent")
        return path

    return find


def test_five_hundred_pairs_pass_all_checks_in_all_seven_types(made):
    accepted = [pair for pair in statuses_of(made.out) if passes(pair)]
    assert len(accepted) >= 500
    assert {pair.type for pair in accepted} == set(TOPICS)


def test_every_answer_is_supported_by_its_evidence(made):
    pairs = read_rows(made.out / PAIRS, Pair)
    supported = [
        flat(pair.evidence) in flat(pair.context)
        and not beyond(looked_up(pair.instruction, pair.response, pair.evidence))
        for pair in pairs
    ]
    assert sum(supported) >= 0.98 * len(pairs)


def test_hardly_any_pair_repeats_another(made):
    pairs = read_rows(made.out / PAIRS, Pair)
    copies = {one.second for one in near_duplicates([f"{pair.instruction}\n{pair.response}" for pair in pairs], 0.8)}
    assert len(copies) < 0.01 * len(pairs)


def test_the_main_characters_are_found(made):
    slots = Counter(one.slots.get("character", "") for one in read_rows(made.out / INSTRUCTIONS, Instruction))
    for name in MAIN:
        assert any(name in found for found in slots), name


def test_the_dataset_loads_and_its_splits_are_apart(made):
    loaded = read_file(made.out / DATASET)
    places = {split: {one.source for one in loaded.examples if one.split == split} for split in ("train", "test")}
    assert not places["train"] & places["test"]
    assert min(map(len, places.values())) > 20


@pytest.mark.parametrize("made", EDITIONS[:1], indirect=True)
def test_a_second_run_makes_the_same_pairs(made, tmp_path):
    again = settings(made.text, tmp_path, limit=40)
    for stage in ("gather", "instruct", "ground"):
        list(Pipeline(again).run(stage))
    first = (made.out / PAIRS).read_text().splitlines()[:40]
    assert (tmp_path / PAIRS).read_text().splitlines() == first
