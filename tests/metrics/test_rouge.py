import csv
import json
import random

import pytest
from rouge_score.rouge_scorer import RougeScorer

from bench.errors import UserError
from bench.metrics import _rouge, rouge

VARIANTS = ["1", "2", "L", "Lsum"]
COLUMNS = [f"rouge{variant}" for variant in VARIANTS]
PAIRS = [
    ("The cat sat on the mat.", "A cat was sitting on mats."),
    ("Police killed the gunman", "the gunman police killed"),
    ("", "something"),
    ("a b\nc d", "c d\na b"),
]
WORDS = [
    *("cat", "cats", "running", "ran", "the", "a", "police", "nationally", "flies", "42", "don't", "café", "İzmir")
]
GAPS = [" ", " ", "\n", "\n\n", ". ", "\r\n", " \n ", "\u2028"]


def invented(rng):
    """Few words in many lines, so that there are several longest common subsequences to choose from."""
    known = WORDS[: rng.randint(2, len(WORDS))]
    gaps = GAPS if rng.random() < 0.7 else [" "]
    return "".join(rng.choice(known) + rng.choice(gaps) for _ in range(rng.choice([0, 1, 2, 5, 12, 30])))


def test_bare_name_gives_four_columns(output):
    assert list(rouge.score([output("a", references=("a",))])) == COLUMNS


def test_unknown_variant_names_the_nearest():
    with pytest.raises(UserError, match="unknown argument 'l' of metric 'rouge'"):
        rouge.score([], "l")


@pytest.mark.parametrize("variant", VARIANTS)
def test_plain_mean_equals_rouge_score(output, variant):
    scorer = RougeScorer([f"rouge{variant}"], use_stemmer=True)
    expected = [scorer.score(gold, said)[f"rouge{variant}"].fmeasure for said, gold in PAIRS]
    score = rouge.score([output(said, references=(gold,)) for said, gold in PAIRS], variant)
    assert score.value == pytest.approx(sum(expected) / len(expected), abs=1e-12)
    assert list(score.per_example.values()) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("block", [1024, 3])
def test_random_texts_of_many_lines_equal_rouge_score(monkeypatch, block):
    monkeypatch.setattr(_rouge, "BLOCK", block)
    rng, scorer, read = random.Random(block), RougeScorer(COLUMNS, use_stemmer=True), _rouge.reader()
    for _ in range(1500):
        said, gold = invented(rng), invented(rng)
        expected = {name: score.fmeasure for name, score in scorer.score(gold, said).items()}
        found = {f"rouge{name}": f(read(said), read(gold)) for name, f in _rouge.VARIANTS.items()}
        assert found == pytest.approx(expected, abs=1e-12), (said, gold)


def test_published_table(shared, output):
    """The references stand in the same file; the published numbers are a resampled median, so within 5e-4."""
    folder = shared("data/rouge_published")
    expected = json.loads((folder / "EXPECTED.json").read_text())["original_model_summaries"]
    with (folder / "dialogue-summary-original-model.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    said = [
        output(row["original_model_summaries"], references=(row["human_baseline_summaries"],), example_id=str(at))
        for at, row in enumerate(rows)
    ]
    scores = {name: score.value for name, score in rouge.score(said).items()}
    assert scores == pytest.approx(expected["mean"], abs=1e-9)
    assert scores == pytest.approx(expected["published"], abs=5e-4)


def test_every_published_pair_equals_rouge_score(shared):
    path = shared("data/rouge_published/dialogue-summary-original-model.csv")
    scorer, read = RougeScorer(COLUMNS, use_stemmer=True), _rouge.reader()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            said, gold = row["original_model_summaries"], row["human_baseline_summaries"]
            expected = {name: score.fmeasure for name, score in scorer.score(gold, said).items()}
            found = {f"rouge{name}": f(read(said), read(gold)) for name, f in _rouge.VARIANTS.items()}
            assert found == pytest.approx(expected, abs=1e-12)


def test_gunman_by_hand(output):
    said = output("the gunman police killed", references=("police killed the gunman",))
    assert {name: score.value for name, score in rouge.score([said]).items()} == pytest.approx(
        {"rouge1": 1, "rouge2": 2 / 3, "rougeL": 0.5, "rougeLsum": 0.5}
    )


def test_lines_in_another_order_cost_rouge_l_but_not_lsum(output):
    said = [output("tea is hot\nmilk is cold", references=("milk is cold\ntea is hot",))]
    assert rouge.score(said, "L").value == pytest.approx(0.5)
    assert rouge.score(said, "Lsum").value == 1


def test_a_word_said_once_counts_once_for_two_lines(output):
    assert rouge.score([output("tea", references=("tea\ntea",))], "Lsum").value == pytest.approx(2 / 3)


def test_best_reference_counts_per_variant(output):
    said = output("a b c", references=("x y z", "a b c"))
    assert rouge.score([said], "2").value == 1


def test_chinese_reference_is_unscored_and_named(output):
    score = rouge.score([output("我喜欢茶", references=("我喜欢茶",)), output("tea", references=("tea",))], "L")
    assert (score.value, score.n, score.unscored) == (1, 1, 1)
    assert "1 with non-Latin references" in score.why


def test_chinese_answer_to_a_latin_reference_is_a_fair_0(output):
    score = rouge.score([output("我喜欢茶", references=("I like tea",))], "L")
    assert (score.value, score.unscored, score.why) == (0, 0, "")


def test_accented_latin_is_scored(output):
    assert rouge.score([output("café crème", references=("café crème",))], "1").value == 1


def test_blank_reference_is_unscored(output):
    score = rouge.score([output("tea", references=("",))], "L")
    assert (score.value, score.why) == (None, "1 without a reference")


def test_signature_names_the_library_and_its_settings(output):
    score = rouge.score([output("a", references=("a",))], "Lsum")
    assert score.signature == "rougeLsum stemmer:yes sentences:lines best-of-references mean rouge-score 0.1.2"
