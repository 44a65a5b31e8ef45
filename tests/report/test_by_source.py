"""Intervals and colours of a table whose examples share sources, and that nothing changes where they do not."""

from dataclasses import replace

import pytest

from bench.case import Case
from bench.record import Output, RunRecord, Score, write_outputs
from bench.report.by_source import may_differ, records_by_source, score_by_source, sources_by_group
from bench.report.columns import Column
from bench.report.comparison import compare
from bench.report.differences import differences
from bench.report.groups import groups
from bench.report.junit import properties
from bench.report.merge_runs import gather
from bench.report.merge_table import machine_tables
from bench.report.page import Page
from bench.report.run_folder import read_run
from bench.report.tables import comparison_csv
from bench.report.terminal import terminal_table
from bench.stats.intervals import wilson
from bench.stats.scores import mean, rate
from tests.report.sample import write_run

IDS = [f"e{place:02}" for place in range(40)]
FOUR = {name: f"s{place // 10}" for place, name in enumerate(IDS)}
ALONE = {name: name for name in IDS}


RATE = Column("exact_match", "Exact match", "exact", unit="rate", higher_is_better=True)
SCORE = Column("rougeL", "ROUGE-L", "ROUGE-L", unit="score", higher_is_better=True)


def right(first):
    """The first so many of 40 examples are right, so that whole sources are."""
    return rate([(name, float(place < first)) for place, name in enumerate(IDS)], "exact_match")


def f1(first):
    """A number that is no mean of its examples."""
    return replace(right(first), value=first / 40 - 0.01, low=first / 40 - 0.1, high=first / 40 + 0.1)


@pytest.fixture
def run(tmp_path):
    """Base right on one source of four, full on three."""
    cases = [Case("qa", "tiny-gpt2", "novel", method, metrics=("exact_match",)) for method in ("base", "full")]
    records = [
        RunRecord(case, "ok", scores={"exact_match": right(10 + 20 * place)}, outputs_file=f"outputs/{place}.jsonl")
        for place, case in enumerate(cases)
    ]
    folder = write_run(tmp_path / "run", records)
    outputs = [Output(name, "template", "p", "t", ("r",), "q", group=f"{FOUR[name]}: r") for name in IDS]
    for record in records:
        write_outputs(folder / record.outputs_file, tuple(outputs))
    return read_run(folder)


def test_a_rate_of_shared_sources_gets_a_wider_interval():
    score = score_by_source(right(20), FOUR, RATE)
    assert (score.low, score.high) != wilson(20, 40)
    assert score.low < 0.15 < 0.85 < score.high


def test_examples_that_stand_alone_keep_the_metrics_own_interval():
    assert score_by_source(right(20), ALONE, RATE) == score_by_source(right(20), {}, RATE) == right(20)


def test_a_number_that_is_no_mean_of_its_examples_keeps_its_interval():
    assert score_by_source(f1(20), FOUR, RATE) == f1(20)


def test_a_score_without_an_interval_gets_none():
    assert score_by_source(replace(right(20), low=None, high=None), FOUR, RATE).low is None


def test_a_mean_over_one_source_alone_has_no_interval():
    score = mean([(name, place / 40) for place, name in enumerate(IDS)], "rougeL")
    assert score_by_source(score, dict.fromkeys(IDS, "the book"), SCORE).low is None


def test_an_interval_ends_where_its_scale_does():
    score = mean([(name, float(place > 19) / 2) for place, name in enumerate(IDS)], "rougeL")
    by_source = score_by_source(score, FOUR, SCORE)
    assert (by_source.low, by_source.value) == (0.0, 0.25)
    assert 0.6 < by_source.high < 0.8


def test_four_sources_cannot_tell_two_methods_apart_and_forty_can():
    assert not may_differ(right(40), right(0), FOUR)
    assert may_differ(right(40), right(0), {name: f"s{place // 4}" for place, name in enumerate(IDS)})
    assert may_differ(right(40), right(0), ALONE)


def test_a_number_without_values_by_example_is_left_in_doubt_where_sources_are_shared():
    assert not may_differ(Score(0.9, 40), Score(0.1, 40), FOUR)
    assert may_differ(Score(0.9, 40), Score(0.1, 40), ALONE)


def test_the_page_shows_the_interval_by_source_and_no_colour(run):
    plain, shown = compare(groups(run.records)[0]), Page(run).comparisons[0][1]
    cells = [table.rows[1].scores[0] for table in (plain, shown)]
    assert (cells[0].interval, cells[0].tone) == ("60–86", "good")
    assert cells[1].tone == ""
    assert cells[1].interval != "60–86"


def test_f1_of_shared_sources_is_not_coloured_by_its_own_interval(run):
    records = [record.with_(scores={"exact_match": f1(10 + 20 * place)}) for place, record in enumerate(run.records)]
    group = groups(records)[0]
    assert compare(group).rows[1].scores[0].tone == "good"
    assert compare(group, FOUR).rows[1].scores[0].tone == ""


def test_csv_and_terminal_say_the_same_as_the_page(run):
    page = Page(run)
    interval = page.comparisons[0][1].rows[1].scores[0].interval
    assert comparison_csv(page.records) != comparison_csv(run.records)
    assert interval in terminal_table(run)
    assert "no method is told apart" in page.verdict
    assert "no method is told apart" in " ".join(terminal_table(run).split())


def test_the_table_of_machines_has_the_interval_by_source_too(run):
    row = machine_tables(gather([run.folder]))[0].rows[1]
    assert row.cells[3] == Page(run).comparisons[0][1].rows[1].scores[0].interval != "60–86"


def test_the_records_on_disk_keep_the_metrics_interval(run):
    records_by_source(run.records, sources_by_group(run))
    assert read_run(run.folder).records == run.records


def test_junit_properties_have_the_interval_of_the_page(run):
    shown = Page(run).records[1].scores["exact_match"]
    found = dict(properties(run.records[1], run.folder))
    assert (found["exact_match_low"], found["exact_match_high"]) == (f"{shown.low:.6g}", f"{shown.high:.6g}")
    assert dict(properties(run.records[1]))["exact_match_low"] == f"{wilson(30, 40)[0]:.6g}" != found["exact_match_low"]


def test_junit_properties_of_lost_outputs_keep_the_metrics_interval(run):
    (run.folder / run.records[1].outputs_file).unlink()
    assert properties(run.records[1], run.folder) == properties(run.records[1])


def variants(first, other):
    """Two seeds of a variant and of what it is against, each right on the first so many examples."""
    return [
        RunRecord(
            Case("s", "m", "d", "full", metrics=("exact_match",), seed=seed, variant=name, against=against),
            "ok",
            scores={"exact_match": right(count + seed)},
        )
        for name, against, count in (("right", "", first), ("wrong", "right", other))
        for seed in (0, 1)
    ]


def test_what_a_difference_costs_is_wider_by_source():
    group = groups(variants(38, 2))[0]
    plain, by_source = (differences(group, known).rows[0].effects[0] for known in ({}, FOUR))
    assert plain.is_shown
    assert (plain.change, by_source.change) == (-0.9, -0.9)
    assert by_source.low < plain.low < plain.high < by_source.high


def test_what_a_difference_costs_has_no_interval_where_all_is_one_source():
    found = differences(groups(variants(38, 2))[0], dict.fromkeys(IDS, "the book")).rows[0].effects[0]
    assert (found.interval, found.p, found.is_shown) == ("", 1.0, False)
