from dataclasses import replace

from bench.case import Case
from bench.record import RunRecord, Score
from bench.report.cells import score_cell
from bench.report.columns import column
from bench.report.comparison import compare
from bench.report.groups import groups
from bench.report.trust import classifiers, corrected

ERROR = {"precision": 0.9, "recall": 0.8, "specificity": 0.95, "n": 300.0, "positives": 60.0}
CASE = Case("try", "tiny-gpt2", "everyday", "base", metrics=("refusal", "rouge"))


def record(method="base", **scores):
    return RunRecord(replace(CASE, method=method), "ok", scores=scores)


def refusal(value, mended=None):
    return Score(value, 9, error=ERROR, corrected=mended)


def test_a_classifier_is_listed_once_with_its_error():
    found = classifiers((record(refusal=refusal(0.1)), record("lora", refusal=refusal(0.2))))
    assert [(c.label, c.n, c.positives, c.precision, c.recall) for c in found] == [
        ("Refuses", 300, 60, "90.0 %", "80.0 %")
    ]


def test_the_other_prompt_form_is_no_classifier_of_its_own():
    assert classifiers((record(**{"refusal@raw": refusal(0.1)}),)) == []


def test_measured_and_corrected_rates_stand_side_by_side():
    (group,) = groups([record(refusal=refusal(0.1, 0.0667)), record("lora", refusal=Score(None, 0, why="none"))])
    table = corrected(group)
    assert (table.labels, table.rows) == (("Refuses",), (("base", (("10.0 %", "6.7 %"),)),))


def test_a_group_without_corrected_rates_has_no_table():
    (group,) = groups([record(rougeL=Score(0.5, 9))])
    assert corrected(group) is None


def test_the_best_null_model_is_a_row_of_its_own():
    score = Score(0.5, 9, floor=0.2, floors={"echo": 0.2, "refusal": 0.0})
    (cell,) = compare(groups([record(rougeL=score)])[0]).floors
    assert (cell.text, cell.interval, cell.title) == ("0.200", "echo", "echo 0.200; refusal 0.000")


def test_a_score_says_how_far_it_is_above_the_floor_and_not_how_far_below():
    column_of = column("rougeL", ("rouge",))
    above, below = Score(0.6, 9, floor=0.2), Score(0.1, 9, floor=0.2)
    assert score_cell(record(rougeL=above), None, column_of).lift == "lift 50.0 %"
    assert score_cell(record(rougeL=below), None, column_of).lift == "under the floor"


def test_columns_that_explain_others_stand_in_a_second_table():
    (group,) = groups([record(rougeL=Score(0.5, 9), rougeLsum=Score(0.4, 9), **{"rougeL@samples": Score(0.1, 9)})])
    assert [c.name for c in group.columns] == ["rougeL"]
    assert [c.name for c in group.details] == ["rougeLsum", "rougeL@samples"]
