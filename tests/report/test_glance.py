from dataclasses import replace

import pytest

from bench.record import RunRecord
from bench.report.page import Page
from tests.report.sample import cases_of, measured, sample_records


@pytest.fixture
def glances(make_run):
    return lambda *records: Page(make_run(*records)).glances


def test_the_best_and_all_tied_with_it_are_named_with_the_change_and_its_test(glances):
    (found,) = glances(*(measured(case, 60) for case in cases_of("base_vs_instruct", "everyday")[:3]))
    assert (found.best, found.value, found.base) == ("full and lora (tied)", "91.7 % to 95.0 %", "1.7 %")
    assert found.change == "+93.3 points"
    assert found.answer == "shown on this one training run, p < 0.001"


def test_the_table_of_the_verdict_comes_first(glances):
    records = sample_records(24)
    assert glances(*records[4:], *records[:4])[0].suite == "base_vs_instruct"


def right_answers(record):
    """As label_f1 writes it: the F1 column holds which answers were right."""
    right = record.scores["accuracy"].per_example
    return record.with_(
        scores={**record.scores, "f1_weighted": replace(record.scores["f1_weighted"], per_example=right)}
    )


def test_f1_has_no_interval_because_the_test_judged_right_answers(glances):
    cases = cases_of("sentiment", "headlines", metrics=("label_f1",))[:2]
    (found,) = glances(*(right_answers(measured(case, 40)) for case in cases))
    assert (found.column, found.interval) == ("F1 weighted", "")
    assert "p < 0.001" in found.answer


def test_a_difference_that_luck_makes_is_not_shown(glances):
    base, full = (measured(case, 60) for case in cases_of("base_vs_instruct", "everyday")[:2])
    ids = list(base.scores["instruction_following"].per_example)
    luck = dict(zip(ids, [1.0, 1.0] + [0.0] * 58, strict=True))
    score = replace(full.scores["instruction_following"], value=2 / 60, per_example=luck)
    (found,) = glances(base, full.with_(scores={**full.scores, "instruction_following": score}))
    assert found.answer.startswith("not shown, p 1, on this one")
    assert found.tone == ""
    assert "tied" in found.best


def test_without_a_base_or_a_number_the_sentence_stands_there(glances):
    tuned = measured(cases_of("sentiment", "headlines")[1], 8)
    failed = RunRecord(cases_of("other", "everyday")[1], "error", reason="broken")
    assert [bool(found.why) for found in glances(tuned, failed)] == [True, True]
