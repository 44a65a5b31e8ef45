import math
import random

import pytest
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

from bench.errors import UserError
from bench.metrics import bleu

WORDS = [*("the", "cat", "sat", "on", "a", "mat", "and", "slept", ",", "it", "didn't", "purr", "12.5", "café")]


def invented(rng):
    return " ".join(rng.choices(WORDS, k=rng.randint(0, 14)))


def corpus(output, count, references, seed=0):
    rng = random.Random(seed)
    return [
        output(invented(rng), references=tuple("The " + invented(rng) for _ in range(references))) for _ in range(count)
    ]


@pytest.mark.parametrize("references", [1, 3])
@pytest.mark.parametrize("tokenizer", ["13a", "intl", "char", "zh", "none"])
def test_corpus_score_equals_sacrebleu(output, tokenizer, references):
    outputs = corpus(output, 200, references)
    streams = [[o.references[at] for o in outputs] for at in range(references)]
    metric = BLEU(tokenize=tokenizer)
    expected = metric.corpus_score([o.text for o in outputs], streams).score / 100
    score = bleu.score(outputs, tokenizer)
    assert score.value == pytest.approx(expected, abs=1e-9)
    assert score.signature.endswith(str(metric.get_signature()))
    assert score.low < score.value < score.high


def test_references_may_differ_in_number(output):
    outputs = corpus(output, 50, 1) + corpus(output, 50, 2)
    metric = BLEU()
    streams = [[o.references[0] for o in outputs], [o.references[1] if o.references[1:] else None for o in outputs]]
    expected = metric.corpus_score([o.text for o in outputs], streams).score / 100
    score = bleu.score(outputs)
    assert score.value == pytest.approx(expected, abs=1e-9)
    assert "nrefs:var" in score.signature


def test_13a_word_by_word_equals_the_whole_text():
    rng, tokenizer, words = random.Random(0), Tokenizer13a(), bleu.splitter("13a")
    pieces = [
        *"ab19.,-'()/&<>%$",
        " ",
        " ",
        "\n",
        "\t",
        "\xa0",
        "-\n",
        "...",
        "&quot;",
        "&amp;lt;",
        "<skipped>",
        "é",
        "茶",
    ]
    for _ in range(5000):
        text = "".join(rng.choices(pieces, k=rng.randint(0, 30)))
        assert words(text) == tokenizer(text.rstrip()).split(), repr(text)


def test_per_example_is_the_sentence_bleu_with_effective_order(output):
    outputs = corpus(output, 20, 2)
    metric = BLEU(effective_order=True)
    expected = [metric.sentence_score(o.text, list(o.references)).score / 100 for o in outputs]
    assert list(bleu.score(outputs).per_example.values()) == pytest.approx(expected, abs=1e-12)


def test_corpus_value_is_not_the_mean_of_the_sentences(output):
    outputs = [
        output("the cat sat on the mat", references=("the cat sat on the mat",)),
        output("no", references=("a very long one",)),
    ]
    score = bleu.score(outputs)
    assert list(score.per_example.values()) == pytest.approx([1, 0])
    assert score.value == pytest.approx(math.exp(1 - 10 / 7) * (6 / 7) ** 0.25)


def test_half_the_words_by_hand(output):
    """13a: 4 of 5 words, 2 of 4 pairs, 1 of 3 triples, no quadruple of 2 (smoothed to 1/4), 5 words for 6."""
    said = output("cat sat on mats .", references=("cat sat on a mat .",))
    precisions = (4 / 5) * (2 / 4) * (1 / 3) * (1 / 4)
    assert bleu.score([said]).value == pytest.approx(math.exp(1 - 6 / 5) * precisions**0.25)


def test_empty_answers_give_0_with_an_interval(output):
    score = bleu.score([output("", references=("tea",)), output(" ", references=("milk",))])
    assert (score.value, score.low, score.high) == (0, 0, 0)


def test_blank_references_are_left_out(output):
    score = bleu.score(
        [output("tea", references=(" ", "")), output("milk and tea now", references=("", "milk and tea now"))]
    )
    assert (score.value, score.n, score.unscored, score.why) == (pytest.approx(1), 1, 1, "1 without a reference")


@pytest.mark.parametrize(("name", "hint"), [("int", "Did you mean 'intl'"), ("spm", "unknown tokenizer 'spm'")])
def test_unknown_tokenizer_and_those_that_download_are_refused(name, hint):
    with pytest.raises(UserError, match=hint):
        bleu.score([], name)


def test_tokenizer_without_its_library_says_what_to_install(monkeypatch):
    monkeypatch.setattr("sacrebleu.tokenizers.tokenizer_ja_mecab.MeCab", None)
    with pytest.raises(UserError, match=r"pip install sacrebleu\[ja\]"):
        bleu.score([], "ja-mecab")


def test_chinese_under_13a_is_scored_with_a_hint(output):
    said = [output("我喜欢茶", references=("我喜欢喝茶",))]
    assert "bleu:zh" in bleu.score(said).why
    assert bleu.score(said, "zh").why == ""
    assert bleu.score(said, "zh").value > bleu.score(said).value


def test_agrees_with_lighteval(cases, output):
    for case in cases("lighteval_bleu.json"):
        gold = [doc["choices"][doc["gold_index"]] for doc in case["docs"]]
        said = [response["text"][0] for response in case["model_responses"]]
        score = bleu.score([output(text, references=(right,)) for text, right in zip(said, gold, strict=True)])
        assert 100 * score.value == pytest.approx(case["expected_output"], abs=case["tolerance"]), case["name"]
