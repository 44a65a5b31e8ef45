import math

import pytest

from bench.metrics import forgetting


def document(output, after, before, tokens=10):
    return output("", form="held_out", nll=after, nll_before=before, nll_tokens=tokens)


def test_nats_per_token_positive_when_forgotten(output):
    score = forgetting.score([document(output, 30.0, 20.0), document(output, 10.0, 10.0)])
    assert score.value == pytest.approx(0.5)
    assert score.parts == {"after": 2.0, "before": 1.5, "tokens": 20.0}


def test_negative_when_the_text_became_likelier(output):
    assert forgetting.score([document(output, 10.0, 20.0)]).value == -1.0


def test_long_documents_weigh_more_than_short_ones(output):
    score = forgetting.score([document(output, 10.0, 0.0, tokens=10), document(output, 0.0, 0.0, tokens=90)])
    assert score.value == pytest.approx(0.1)


def test_an_untouched_model_forgets_nothing_exactly(output):
    score = forgetting.score([document(output, nats / 7, nats / 7) for nats in range(1, 20)])
    assert (score.value, score.low, score.high) == (0.0, 0.0, 0.0)


def test_a_base_model_has_no_before_and_says_so(output):
    score = forgetting.score([document(output, 10.0, None)])
    assert (score.value, score.unscored) == (None, 1)
    assert "base model" in score.why


def test_answers_alone_carry_no_likelihood(output):
    assert "no output carries" in forgetting.score([output("Paris")]).why


def test_a_broken_likelihood_before_is_left_out_and_counted(output):
    score = forgetting.score([document(output, 10.0, math.nan), document(output, 20.0, 10.0)])
    assert (score.value, score.n, score.unscored) == (1.0, 1, 1)


def test_the_interval_resamples_documents(output):
    outputs = [document(output, 10.0 + change, 10.0) for change in (0, 0, 1, 1, 2, 2, 3, 3)]
    score = forgetting.score(outputs)
    assert score.value == pytest.approx(0.15)
    assert 0 < score.low < score.value < score.high < 0.3
