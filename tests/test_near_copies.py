import random

import pytest

from bench.near_copies import Copies, grams

NAMES = ["Ada", "Bram", "Cleo", "Dina", "Egon", "Faye", "Gus", "Hana", "Ivo", "Jana", "Kai", "Lea"]
PLACES = ["river", "market", "harbour", "station", "library", "museum", "orchard", "castle", "bridge", "garden"]
TASKS = [f"Tell how {name} went to the old {place}." for name in NAMES for place in PLACES]


def grams_of(text):
    plain = " ".join(text.lower().split())
    return {plain[i : i + 5] for i in range(max(1, len(plain) - 4))}


def index(one, other):
    return len(one & other) / len(one | other)


@pytest.mark.parametrize("known", [TASKS[:1], TASKS[:7], TASKS])
def test_filter_finds_what_comparing_with_all_finds(known):
    rng, copies, sets = random.Random(0), Copies.of(known), [grams_of(task) for task in known]
    for _ in range(300):
        said = rng.choice(TASKS).split()
        said[rng.randrange(len(said))] = rng.choice([*NAMES, *PLACES, "quietly"])
        sentence = " ".join(said[rng.randint(0, 2) :])
        assert copies.holds(sentence) == any(index(grams_of(sentence), task) >= 0.6 for task in sets)


def test_reading_many_at_once_changes_nothing():
    copies = Copies.of(TASKS[::3])
    ahead = copies.having_read(TASKS + PLACES)
    assert [ahead.holds(task) for task in TASKS] == [copies.holds(task) for task in TASKS]


def test_own_instruction_may_be_restated_but_not_repeated():
    copies, own = Copies.of([TASKS[0]]), grams([TASKS[0]])[0]
    assert copies.holds(TASKS[0], own)
    assert not copies.holds("Ada went to the old river.", own)
    assert copies.holds("Tell how Ada went to the old rivers.")


def test_a_statement_in_the_words_of_its_own_instruction_copies_no_other():
    sold = "to sell the old mill by the river to a neighbour"
    right, wrong = f"Why was Bram right {sold}?", f"Why was Bram wrong {sold}?"
    copies, own = Copies.of([right, wrong]), grams([right])[0]
    said, other = f"Bram was wrong {sold}.", "Why is the sky blue?"
    assert not copies.holds(said, own, right)
    assert copies.holds(f"Why was Bram quite wrong {sold}.", own, right)
    assert copies.holds(said, grams([other])[0], other)


@pytest.mark.parametrize("sentence", ["", "one two three", "\ud800 a b c d", "a b c d", "word " * 500])
def test_odd_sentences_are_no_copies(sentence):
    assert not Copies.of(TASKS).holds(sentence)
    assert not Copies().holds(sentence)
