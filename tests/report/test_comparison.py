import pytest

from bench.case import Case
from bench.record import RunRecord, Score
from bench.report.cells import count, difference, memory, score_cell, seconds, shown
from bench.report.columns import Column, column
from bench.report.comparison import compare
from bench.report.expected import expected, forms
from bench.report.groups import groups
from tests.report.sample import cases_of, measured, sample_records

RATE = Column("r", "R", "r", unit="rate", higher_is_better=True)


def pair(before, after):
    records = [
        RunRecord(case, "ok", scores={"r": score})
        for case, score in zip(cases_of("s", "d"), (before, after), strict=False)
    ]
    return score_cell(records[1], records[0], RATE)


def test_a_clear_rise_is_good_and_signed():
    cell = pair(Score(0.02, 60, low=0.0, high=0.07), Score(0.95, 60, low=0.9, high=0.98))
    assert (cell.text, cell.interval, cell.change, cell.tone) == ("95.0 %", "90–98", "+93.0", "good")


def test_a_change_inside_the_intervals_has_no_colour():
    assert pair(Score(0.5, 60, low=0.4, high=0.6), Score(0.55, 60, low=0.45, high=0.65)).tone == ""


def test_a_fall_is_bad_and_unchanged_is_plus_minus_zero():
    assert pair(Score(0.9, 9, low=0.8, high=1), Score(0.1, 9, low=0, high=0.2)).tone == "bad"
    assert pair(Score(0.9, 9), Score(0.9, 9)).change == "±0"


def test_an_empty_cell_says_why():
    cell = pair(Score(0.1, 9), Score(None, 0, 9, why="no labels"))
    assert (cell.text, cell.why) == ("–", "no labels")


def test_another_denominator_than_the_rows_is_shown():
    base = measured(cases_of("base_vs_instruct", "everyday")[0], 20)
    assert score_cell(base, None, column("correct_refusal", ("refusal",))).n == "n 8"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.0, "rate", "100 %"),
        (0.0, "rate", "0 %"),
        (0.123, "rate", "12.3 %"),
        (0.5, "score", "0.500"),
        (-0.5, "index", "−0.50"),
        (1.26, "ratio", "1.26"),
        (12.0, "count", "12"),
        (-0.5, "", "−0.5"),
    ],
)
def test_each_unit_has_its_form(value, unit, text):
    assert shown(value, unit) == text


def test_costs_are_shown_in_binary_units_and_plain_words():
    assert (memory(640 * 2**20), memory(3 * 2**30), count(147_456), count(0)) == (
        "640 MiB",
        "3.00 GiB",
        "147 k",
        "0",
    )
    assert (seconds(9.87), seconds(24.3), seconds(600), seconds(9000)) == (
        "9.9 s",
        "24 s",
        "10.0 min",
        "2.5 h",
    )
    assert difference(0.933, "rate") == "+93.3"


def test_base_stands_first_and_the_main_column_leads():
    full, base = (
        measured(case, 6) for case in (cases_of("base_vs_instruct", "d")[1], cases_of("base_vs_instruct", "d")[0])
    )
    table = compare(groups([full, base])[0])
    assert [row.name for row in table.rows] == ["base", "full"]
    assert table.columns[0].name == "instruction_following"


def test_footnotes_explain_single_cells_not_whole_rows():
    tables = [compare(group) for group in groups(sample_records(12))]
    assert tables[0].footnotes == ("no harmless look-alike in this test split",)
    assert tables[1].footnotes == ()


def test_change_is_taken_within_the_same_template_and_seed():
    def case(method, seed, template):
        return Case("base_vs_instruct", "m", "everyday", method, template, seed=seed)

    group = groups([measured(case(m, s, t), 6) for m in ("base", "full") for s in (0, 1) for t in ("a", "b")])[0]
    assert all(
        (r.case.seed, r.case.template) == (b.case.seed, b.case.template) for r in group.tuned if (b := group.base_of(r))
    )
    assert [group.row_name(record) for record in group.tuned][:2] == [
        "full · a · seed 0",
        "full · b · seed 0",
    ]


def test_the_lectures_table_is_judged():
    table = expected(groups(sample_records(60))[0])
    following, completion, refusal = table.rows
    assert [cell.met for cell in following.cells] == [True, True, True, False]
    assert [cell.text for cell in completion.cells] == ["mimics", "answers", "answers", "answers"]
    assert [cell.text for cell in refusal.cells] == ["0 %", "7 %", "7 %", "8 %"]
    assert expected(groups(sample_records(6))[1]) is None


def test_both_prompt_forms_stand_side_by_side():
    table = forms(groups(sample_records(60))[0])
    base = table.rows[0]
    assert base.own == "raw"
    assert [form for *_, form in base.cells] == ["raw", "template"] * 3
    assert base.cells[2][0] == "98.3 %"
    assert base.cells[3][0] == "60.0 %"


def test_a_model_that_neither_asks_nor_stops_does_not_answer():
    scores = {
        "instruction_following": Score(0.0, 9),
        "self_prompting": Score(0.0, 9),
        "stop_rate": Score(0.0, 9),
        "refusal": Score(0.0, 9),
    }
    base, full, *_ = (RunRecord(case, "ok", scores=scores) for case in cases_of("s", "d"))
    cells = expected(groups([base, full])[0]).rows[1].cells
    assert [(cell.text, cell.met) for cell in cells] == [("neither", False), ("neither", False)]


def test_refusal_is_not_judged_where_nothing_should_be_refused():
    scores = {
        "instruction_following": Score(0.9, 9),
        "self_prompting": Score(0.0, 9),
        "refusal": Score(0.0, 9),
        "correct_refusal": Score(None, 0, 9),
    }
    full = RunRecord(cases_of("s", "d")[1], "ok", scores=scores)
    assert expected(groups([full])[0]).rows[2].cells[0].met is None


def test_the_lectures_table_stands_only_where_all_three_behaviours_were_measured():
    full = RunRecord(cases_of("s", "d")[1], "ok", scores={"instruction_following": Score(0.9, 9)})
    assert expected(groups([full])[0]) is None


def test_consistency_of_samples_leads_where_nothing_else_says_what_is_better():
    scores = {"distinct_2": Score(0.5, 9), "consistency": Score(None, 0, 9), "consistency@samples": Score(0.7, 36)}
    case = Case("consistency", "m", "everyday", "full", metrics=("consistency", "diversity"))
    table = compare(groups([RunRecord(case, "ok", scores=scores)])[0])
    assert [each.label for each in table.columns] == ["Consistency (samples)"]
    assert [each.name for each in table.details] == ["consistency", "distinct_2"]


def test_costs_from_the_store_say_so_when_hovered():
    record = measured(cases_of("sentiment", "headlines")[1], 4).with_(reused=("train",))
    titles = [cell.title for cell in compare(groups([record])[0]).rows[0].costs]
    assert ["from the store" in title for title in titles] == [False, True, True, False, True]
