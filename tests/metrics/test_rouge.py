import pytest
from rouge_score.rouge_scorer import RougeScorer

from bench.errors import UserError
from bench.metrics import rouge

PAIRS = [
    ("The cat sat on the mat.", "A cat was sitting on mats."),
    ("Police killed the gunman", "the gunman police killed"),
    ("", "something"),
]


def test_bare_name_gives_three_columns(output):
    assert list(rouge.score([output("a", references=("a",))])) == ["rouge1", "rouge2", "rougeL"]


def test_unknown_variant_names_the_nearest():
    with pytest.raises(UserError, match="unknown argument 'l' of metric 'rouge'"):
        rouge.score([], "l")


@pytest.mark.parametrize("variant", ["1", "2", "L"])
def test_plain_mean_equals_rouge_score(output, variant):
    scorer = RougeScorer([f"rouge{variant}"], use_stemmer=True)
    expected = [scorer.score(gold, said)[f"rouge{variant}"].fmeasure for said, gold in PAIRS]
    score = rouge.score([output(said, references=(gold,)) for said, gold in PAIRS], variant)
    assert score.value == pytest.approx(sum(expected) / len(expected), abs=1e-12)
    assert list(score.per_example.values()) == pytest.approx(expected, abs=1e-12)


def test_gunman_by_hand(output):
    said = output("the gunman police killed", references=("police killed the gunman",))
    assert {name: score.value for name, score in rouge.score([said]).items()} == pytest.approx(
        {"rouge1": 1, "rouge2": 2 / 3, "rougeL": 0.5}
    )


def test_best_reference_counts_per_variant(output):
    said = output("a b c", references=("x y z", "a b c"))
    assert rouge.score([said], "2").value == 1


def test_chinese_reference_is_unscored_and_named(output):
    score = rouge.score([output("我喜欢茶", references=("我喜欢茶",)), output("tea", references=("tea",))], "L")
    assert (score.value, score.n, score.unscored) == (1, 1, 1)
    assert "1 with non-Latin references" in score.why


def test_accented_latin_is_scored(output):
    assert rouge.score([output("café crème", references=("café crème",))], "1").value == 1


def test_blank_reference_is_unscored(output):
    score = rouge.score([output("tea", references=("",))], "L")
    assert (score.value, score.why) == (None, "1 without a reference")


def test_signature_names_the_library_and_its_settings(output):
    assert rouge.score([output("a", references=("a",))], "L").signature.startswith("rougeL stemmer:yes")


@pytest.mark.parametrize("variant", ["1", "2", "L"])
def test_agrees_with_lighteval(cases, output, variant):
    for case in cases(f"lighteval_rouge{variant}.json"):
        gold = case["doc"]["choices"][case["doc"]["gold_index"]]
        score = rouge.score([output(case["model_response"]["text"][0], references=(gold,))], variant)
        expected = case["expected_output"][f"rouge{variant}"]
        assert score.value == pytest.approx(expected, abs=case["tolerance"]), case["name"]
