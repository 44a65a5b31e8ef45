import random

import pytest

from bench.metrics import diversity


def scores(outputs):
    return diversity.score(outputs)


def test_unique_outputs_ignore_case_space_and_outer_marks(output):
    found = scores([output("Paris."), output(" paris"), output("Rome"), output(None)])["unique_outputs"]
    assert (found.value, found.n, found.unscored) == (pytest.approx(1 / 3), 3, 1)
    assert found.parts["different"] == pytest.approx(2 / 3)


def test_distinct_2_by_hand(output):
    found = scores([output("a b c"), output("a b d"), output("x")])["distinct_2"]
    assert (found.value, found.n, found.unscored) == (3 / 4, 2, 1)
    assert "do not compare" in found.why


def test_bigrams_never_reach_over_two_outputs(output):
    assert scores([output("a b"), output("a b")])["distinct_2"].value == 1 / 2


def test_distinct_2_does_not_fall_with_the_number_of_outputs(output):
    rng = random.Random(0)
    said = [output(" ".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=50))) for _ in range(400)]
    few, many = (scores(part)["distinct_2"] for part in (said[:40], said))
    assert few.value == pytest.approx(many.value, abs=0.02)
    assert many.parts["of all pairs"] < few.parts["of all pairs"] / 2


def test_expected_share_is_that_of_samples():
    pairs = ["a"] * 60 + ["b"] * 30 + list("cdefghijkl")
    rng = random.Random(1)
    sampled = sum(len(set(rng.sample(pairs, 25))) for _ in range(20_000)) / 20_000 / 25
    assert diversity.rarefied({60: 1, 30: 1, 1: 10}, 25) == pytest.approx(sampled, abs=0.002)


def test_self_bleu_is_sacrebleu_against_all_others():
    from sacrebleu import BLEU

    rng = random.Random(2)
    texts = [rng.choices("abcdef", k=rng.choice([1, 2, 3, 4, 9, 30])) for _ in range(30)]
    lines, bleu = [" ".join(words) for words in texts], BLEU(tokenize="none", effective_order=True)
    expected = [bleu.sentence_score(line, lines[:i] + lines[i + 1 :]).score / 100 for i, line in enumerate(lines)]
    assert diversity.against_the_others(texts) == pytest.approx(expected, abs=1e-12)


def test_self_bleu_is_1_for_equal_outputs_and_0_for_disjoint_ones(output):
    assert scores([output("one two three four five")] * 3)["self_bleu"].value == pytest.approx(1)
    assert scores([output("one two three four"), output("five six seven eight")])["self_bleu"].value < 0.2


def test_self_bleu_samples_a_hundred_and_says_so(output):
    found = scores([output(f"number {i} of many") for i in range(150)])["self_bleu"]
    assert (found.n, found.unscored) == (100, 50)
    assert "sample" in found.why


@pytest.mark.parametrize("texts", [[], ["Paris is here."], [None, "", " "], ["Paris is here.", None]])
def test_fewer_than_two_outputs_have_no_diversity(output, texts):
    for found in scores([output(text) for text in texts]).values():
        assert (found.value, found.n, found.unscored) == (None, 0, len(texts))
        assert found.why


def test_chinese_counts_by_character(output):
    assert scores([output("我喜欢茶"), output("我喜欢水")])["distinct_2"].value == 4 / 6


def test_lone_surrogates_do_no_harm(output):
    assert scores([output("\ud800 a b c"), output("\ud800 a b d")])["self_bleu"].value > 0
