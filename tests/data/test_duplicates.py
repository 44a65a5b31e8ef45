import random
import subprocess
import sys

import pytest

from bench.catalog import ROOT
from bench.data import duplicates
from bench.data.duplicates import Pair, near_duplicates, near_matches, normalised, shingles, similarity, words
from bench.errors import UserError

LONG = "the old ferry leaves the harbour every morning at six and returns before the evening tide has turned again"


def grammar(count, choices, size=12, seed=0):
    """Rows of which most shingles are common: the hard case for prefix filtering."""
    rng = random.Random(seed)
    return [" ".join(f"w{place}x{rng.randrange(choices)}" for place in range(size)) for _ in range(count)]


def compared(texts, threshold):
    """Every text with the first one before it that is as similar, by comparing all."""
    sets = [shingles(words(text)) for text in texts]
    plain = [normalised(text) for text in texts]
    pairs = []
    for second in range(len(texts)):
        equal = (i for i in range(second) if plain[i] == plain[second])
        near = (i for i in range(second) if similarity(sets[i], sets[second]) >= threshold)
        first = next(equal, None)
        first = next(near, None) if first is None else first
        if first is not None:
            pairs.append((first, second))
    return pairs


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is the capital of France?", "what is  the capital of france"),
        ("He said: “stop!”", "He said stop"),
        ("sales rose , profit fell .", "Sales rose, profit fell."),
        ("don’t", "don't"),
        ("你好,世界", "你好，世界。"),
    ],
)
def test_case_spaces_and_punctuation_around_words_make_no_difference(one, other):
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5 - 3", "5 + 3"),
        ("C#", "C"),
        ("a != b", "a = b"),
        ("[1, 2]", "(1, 2)"),
        (".5", "5"),
        ("?", "!"),
        ("is 😀", "is 😢"),
    ],
)
def test_operators_and_symbols_do(one, other):
    assert normalised(one) != normalised(other)


def test_chinese_characters_are_words():
    assert words("我爱你 ok") == ["我", "爱", "你", "ok"]


def test_two_empty_sets_have_nothing_in_common():
    assert similarity(set(), set()) == 0.0


def test_similarity_by_hand():
    # 10 words have 8 shingles; another last word changes one of them: 7 common of 9.
    one, other = shingles(list("abcdefghij")), shingles(list("abcdefghiX"))
    assert similarity(one, other) == 7 / 9


def test_one_word_of_nineteen_replaced_is_a_near_duplicate():
    # 17 shingles each, 3 of them changed in the middle, 1 at the end: 16 common of 18.
    pairs = near_duplicates([LONG, LONG.replace("again", "round")])
    assert pairs == [Pair(0, 1, 16 / 18)]


def test_seven_words_are_only_compared_as_wholes():
    assert near_duplicates(["a b c d e f g", "a b c d e f g h", "A b c d e f G!"]) == [Pair(0, 2, 1.0)]


def test_each_of_a_thousand_equal_texts_is_reported_against_the_first():
    pairs = near_duplicates([LONG] * 1000)
    assert [(pair.first, pair.second) for pair in pairs] == [(0, second) for second in range(1, 1000)]


def test_each_of_a_thousand_near_copies_is_reported_once():
    pairs = near_duplicates([f"{LONG} {number}" for number in range(1000)])
    assert [(pair.first, pair.second) for pair in pairs] == [(0, second) for second in range(1, 1000)]


def test_no_texts_have_no_duplicates():
    assert near_duplicates([]) == []
    assert near_matches([LONG], []) == near_matches([], [LONG]) == []


def test_empty_texts_are_no_copies():
    assert near_duplicates(["", " ", ""]) == near_matches([""], ["", ""]) == []


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("choices", [2, 3, 20])
def test_nothing_is_missed_among_rows_of_common_shingles(threshold, choices):
    texts = grammar(150, choices) + grammar(50, choices, size=9)
    found = near_duplicates(texts, threshold)
    assert [(pair.first, pair.second) for pair in found] == compared(texts, threshold)


def test_exact_search_and_minhash_agree():
    pytest.importorskip("datasketch")
    rng = random.Random(1)
    texts = grammar(200, 40, size=40)
    texts += [text.replace(rng.choice(text.split()), "other") for text in rng.sample(texts, 100)]
    exact = near_duplicates(texts, minhash=False)
    assert len(exact) > 90
    assert near_duplicates(texts, minhash=True) == exact


def test_numpy_counts_shared_shingles_as_plain_python_does(monkeypatch):
    texts = grammar(300, 2)
    plain = near_duplicates(texts)
    monkeypatch.setattr(duplicates, "PLAIN_WORDS", 0)
    assert near_duplicates(texts) == plain


def test_minhash_is_for_many_words_in_long_texts(monkeypatch):
    monkeypatch.setattr(duplicates, "EXACT_WORDS", 1000)
    assert duplicates.minhash_is_smaller(["a " * 400] * 10)
    assert not duplicates.minhash_is_smaller(["a " * 40] * 100)
    assert not duplicates.minhash_is_smaller(["a " * 400] * 2)


@pytest.mark.parametrize("threshold", [0.5, 0.8])
def test_matches_are_those_of_comparing_all(threshold):
    queries, corpus = grammar(60, 3, seed=1), grammar(300, 3, seed=2)
    sets = [shingles(words(text)) for text in corpus]
    wanted = {}
    for query, text in enumerate(queries):
        near = (i for i, other in enumerate(sets) if similarity(shingles(words(text)), other) >= threshold)
        if (first := next(near, None)) is not None:
            wanted[query] = first
    assert {match.query: match.corpus for match in near_matches(queries, corpus, threshold)} == wanted


def test_a_short_query_matches_its_equal():
    assert near_matches(["no", "Yes!"], ["maybe", "yes"]) == [(1, 1, 1.0)]


def test_progress_ends_at_the_total():
    heard = []
    near_duplicates([f"{LONG} {number}" for number in range(2500)], on_progress=lambda *step: heard.append(step))
    assert heard[0] == (1000, 5000)
    assert heard[-1] == (5000, 5000)
    assert heard == sorted(heard)


@pytest.mark.parametrize("threshold", [0, 1.5, -1])
def test_a_threshold_that_is_no_share_is_refused(threshold):
    with pytest.raises(UserError, match=r"expected more than 0 and at most 1"):
        near_duplicates(["a"], threshold)


def test_a_small_search_imports_nothing_heavy():
    code = (
        "import sys; from bench.data.duplicates import near_duplicates; near_duplicates(['a b c d e f g h i j'] * 9);"
        "assert not {'numpy', 'datasketch', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
