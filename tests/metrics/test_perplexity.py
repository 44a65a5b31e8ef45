import math

import pytest

from bench.metrics import perplexity


def document(output, nll, tokens, **fields):
    return output("", form="held_out", nll=nll, nll_tokens=tokens, **fields)


def test_a_uniform_guess_among_eight_tokens_gives_eight(output):
    score = perplexity.score([document(output, 5 * math.log(8), 5), document(output, 3 * math.log(8), 3)])
    assert score.value == pytest.approx(8)
    assert (score.n, score.parts["tokens"]) == (2, 8)


def test_long_documents_weigh_more_than_short_ones(output):
    score = perplexity.score([document(output, 0.0, 90), document(output, 10 * math.log(2), 10)])
    assert score.value == pytest.approx(2**0.1)


def test_the_interval_holds_the_value_and_is_the_same_twice(output):
    outputs = [document(output, float(nats), 10) for nats in range(10, 40)]
    first, second = perplexity.score(outputs), perplexity.score(outputs)
    assert first.low < first.value < first.high
    assert first == second


def test_equal_documents_have_an_interval_of_no_width(output):
    score = perplexity.score([document(output, 10.0, 7) for _ in range(9)])
    assert score.low == pytest.approx(score.high)
    assert score.low <= score.value <= score.high


@pytest.mark.parametrize(("nll", "tokens"), [(None, 5), (math.nan, 5), (math.inf, 5), (2.0, 0)])
def test_no_usable_likelihood_is_none_and_not_one(output, nll, tokens):
    score = perplexity.score([document(output, nll, tokens)])
    assert (score.value, score.n, score.unscored) == (None, 0, 1)
    assert "likelihood" in score.why


def test_a_document_without_likelihood_is_left_out_and_counted(output):
    score = perplexity.score([document(output, math.log(2), 1), output("said")])
    assert (score.value, score.n, score.unscored) == (pytest.approx(2), 1, 1)
    assert score.why.startswith("1 ")


def test_a_likelihood_beyond_all_floats_is_no_overflow(output):
    assert math.isfinite(perplexity.score([document(output, 1e6, 1)]).value)
