import json
from dataclasses import replace

import pytest

from bench.case import Case
from bench.errors import UserError
from bench.record import Output, RunRecord, Score, write_outputs
from bench.report.compare_gate import compare_gated, drops, open_gate, read_limits
from bench.report.compare_runs import compare_runs
from bench.report.compare_text import markdown, plain
from bench.report.run_folder import read_run
from tests.report.sample import PAYLOADS, write_run

CASE = Case("s", "m", "d", "full", metrics=("exact_match", "completion"))


def judged(marks, case=CASE, name="exact_match", **fields):
    values = {f"i{place}": float(mark) for place, mark in enumerate(marks)}
    score = Score(sum(values.values()) / len(values), len(values), per_example=values)
    return RunRecord(case, "ok", scores={name: score}, **fields)


@pytest.fixture
def run(tmp_path):
    """`run("a", record, ...)`: a run folder, read; answers may be given by case."""

    def make(name, *records, said=None, planned=()):
        folder = tmp_path / name
        if said:
            outputs = tuple(
                Output(
                    f"i{place}", "template", "p", text, (str(place),), f"question {place}", group=f"s{place}: {place}"
                )
                for place, text in enumerate(said)
            )
            write_outputs(folder / "outputs" / "said.jsonl", outputs)
            records = tuple(record.with_(outputs_file="outputs/said.jsonl") for record in records)
        write_run(folder, [], [record.case for record in records] + list(planned))
        for record in records:
            (folder / "cases").mkdir(exist_ok=True)
            path = folder / "cases" / f"{record.case.file_name}.json"
            path.write_text(json.dumps(record.as_dict()), encoding="utf-8")
        return read_run(folder)

    return make


def test_the_same_run_twice_has_no_change(run):
    found = compare_runs(run("a", judged("1100"), said="abcd"), run("b", judged("1100"), said="abcd"))
    assert found.sentence == (
        "0 of 1 cells changed, 0 shown by paired tests (Holm over 1). 0 of 4 answers are worded otherwise."
    )


def test_a_drop_is_told_with_its_paired_test(run):
    found = compare_runs(run("a", judged("1" * 20)), run("b", judged("1" * 10 + "0" * 10)))
    (cell,) = found.shown
    assert (cell.words, cell.found.down) == ("100 % → 50.0 % (−50.0)", 10)
    assert "one training run on each side" in found.sentence


def test_a_change_that_is_not_shown_is_listed_and_not_called_shown(run):
    found = compare_runs(run("a", judged("1" * 20)), run("b", judged("1" * 19 + "0")))
    assert (len(found.changed), found.shown) == (1, ())


def test_seeds_of_a_case_are_one_cell(run):
    before = [judged("1" * 20, CASE.with_seed(seed)) for seed in range(3)]
    after = [judged("0" * 20, CASE.with_seed(seed)) for seed in range(3)]
    (cell,) = compare_runs(run("a", *before), run("b", *after)).cells
    assert (cell.case, cell.found.seeds) == ("s[m-d-full]", 3)


def test_answers_in_other_words_are_counted_and_shown(run):
    found = compare_runs(run("a", judged("11"), said=("one", "two")), run("b", judged("10"), said=("one", "three")))
    (changed,) = found.examples
    assert (changed.before, changed.after, changed.value_before, changed.value_after) == ("two", "three", 1, 0)
    assert "1 of 2 answers are worded otherwise" in found.sentence


def test_one_id_that_asks_two_questions_is_no_pair(run):
    before = judged("11", fingerprint={"test": "old"})
    after = judged("10", fingerprint={"test": "new"})
    found = compare_runs(run("a", before), run("b", after))
    assert found.cells[0].found is None
    assert "other test questions for 1 of 1 cases: s[m-d-full-s0]" in found.notes


def test_questions_that_stayed_are_paired_where_the_test_set_changed(run):
    before = run("a", judged("11", fingerprint={"test": "old"}), said="ab")
    after = run("b", judged("10", fingerprint={"test": "new"}), said="ab")
    assert compare_runs(before, after).cells[0].found.n == 2


def test_a_case_that_one_run_lacks_is_named(run):
    other = Case("s", "m", "d", "lora")
    found = compare_runs(run("a", judged("11"), judged("11", other)), run("b", judged("11")))
    assert any(note.endswith("a: s[m-d-lora-s0]") for note in found.notes)


def test_a_number_that_is_gone_has_its_reason(run):
    broken = RunRecord(CASE, "error", "boom")
    found = compare_runs(run("a", judged("11")), run("b", broken))
    assert (found.cells[0].after, found.cells[0].why) == (None, "no number now: boom")
    assert "s[m-d-full-s0]: ok before, error now. boom" in found.notes


def test_a_column_that_came_since_is_a_note_and_no_change(run):
    after = judged("11")
    after = after.with_(scores={**after.scores, "stop_rate": Score(1.0, 2)})
    found = compare_runs(run("a", judged("11")), run("b", after))
    assert [cell.column.name for cell in found.cells] == ["exact_match"]
    assert "columns that only the later run has: stop_rate" in found.notes


def test_a_column_that_went_is_a_change(run):
    before = judged("11")
    before = before.with_(scores={**before.scores, "stop_rate": Score(1.0, 2)})
    found = compare_runs(run("a", before), run("b", judged("11")))
    assert [cell.why for cell in found.changed] == ["no number now: no such column"]


def test_a_setting_that_changed_is_named_and_still_compared(run):
    trained = replace(CASE, train=replace(CASE.train, epochs=1.0))
    found = compare_runs(run("a", judged("11")), run("b", judged("10", trained)))
    assert len(found.changed) == 1
    assert "other settings for 1 of 1 cases: s[m-d-full-s0]" in found.notes


def test_damaged_records_are_named(run):
    before, after = run("a", judged("11")), run("b", judged("11"))
    (after.folder / "cases" / "half.json").write_text('{"case": ')
    assert any("half.json" in note for note in compare_runs(before, read_run(after.folder)).notes)


def test_a_limit_is_only_passed_beyond_it(run):
    found = compare_runs(run("a", judged("1" * 20)), run("b", judged("1" * 19 + "0")))
    assert drops(found, {"exact_match": 0.05}) == []
    (drop,) = drops(found, {"exact_match": 0.04})
    assert drop == ("s[m-d-full-s0]: exact_match 100 % → 95.0 % (−5.0); not shown by exact McNemar, allowed 4.0 points")


def test_a_gain_is_no_drop_and_more_mimicry_is_one(run):
    better = compare_runs(run("a", judged("00")), run("b", judged("11")))
    worse = compare_runs(run("c", judged("00", name="self_prompting")), run("d", judged("11", name="self_prompting")))
    assert drops(better, {"exact_match": 0}) == []
    assert len(drops(worse, {"self_prompting": 0.5})) == 1


def test_a_lost_number_is_a_drop(run):
    found = compare_runs(run("a", judged("11")), run("b", RunRecord(CASE, "error", "boom")))
    assert "no number now: boom" in drops(found, {"exact_match": 0.5})[0]


@pytest.mark.parametrize("text", ["accuracy", "accuracy:5%", "accuracy:-1", ":0.1", "accuracy:nan", "accuracy:inf", ""])
def test_a_limit_that_is_none(text):
    with pytest.raises(UserError, match="is not METRIC:DROP"):
        read_limits([text])


def test_a_limit_on_an_unknown_column_names_the_nearest(run):
    with pytest.raises(UserError, match="Did you mean 'exact_match'"):
        compare_gated(run("a", judged("11")), run("b", judged("11")), {"exact_mach": 0.1})


def test_a_limit_on_a_column_without_direction(run):
    sides = [run(name, judged("11", name="length_ratio")) for name in "ab"]
    with pytest.raises(UserError, match="no better or worse direction"):
        compare_gated(*sides, {"length_ratio": 0.1})


def test_a_limit_on_nothing_in_common(run):
    other = judged("11", Case("s", "m", "d", "lora", metrics=("rouge:L",)), name="rougeL")
    with pytest.raises(UserError, match="have no case with rougeL in common"):
        compare_gated(run("a", judged("11")), run("b", judged("11"), other), {"rougeL": 0.1})


def test_limits_without_a_baseline():
    with pytest.raises(UserError, match="needs --bench-baseline"):
        open_gate(None, ["accuracy:0.1"])


def test_a_gate_closes_on_a_drop_and_on_nothing_to_compare(run, tmp_path):
    gate = open_gate(run("a", judged("1" * 20)).folder, ["exact_match:0.1"])
    assert gate.close(run("b", judged("0" * 20)).folder)
    assert "dropped: s[m-d-full-s0]" in gate.text(100)
    assert gate.close(tmp_path / "nothing")


def test_a_gate_without_limits_only_tells(run):
    gate = open_gate(run("a", judged("1" * 20)).folder, [])
    assert not gate.close(run("b", judged("0" * 20)).folder)
    assert "1 of 1 cells changed" in gate.text(100)


def test_hostile_text_stays_text(run):
    cases = [Case("s", payload, "d", "full") for payload in PAYLOADS]
    before = run("a", *(judged("1" * 20, case) for case in cases), said=PAYLOADS)
    after = run("b", *(judged("0" * 20, case) for case in cases), said=[text + "!" for text in PAYLOADS])
    found = compare_runs(before, after)
    text, lines = plain(found, [], 50), markdown(found, [], 50).splitlines()
    assert not set("\x1b\x00\u202e\u2066\r") & set(text + "\n".join(lines))
    tables = [line for line in lines if line.startswith("|")]
    assert {len(line.replace(r"\|", "").split("|")) for line in tables} == {8}
    assert not any("<script" in line or "<img" in line for line in lines)
