import json
from pathlib import Path

import pytest

from bench.case import Case
from bench.errors import UserError
from bench.report.run_folder import read_run
from tests.report.sample import cases_of, measured, sample_records, write_run


def record_file(folder: Path, part: str) -> Path:
    return next((folder / "cases").glob(f"base-vs-instruct*{part}*.json"))


def test_records_come_back_in_plan_order(make_run):
    records = sample_records(6)
    assert [record.case for record in make_run(*records).records] == [record.case for record in records]


def test_a_planned_case_without_a_record_is_a_placeholder(make_run):
    planned = Case("cost", "shape:gpt2", "everyday", "full")
    last = make_run(*sample_records(6), planned=[planned]).records[-1]
    assert (last.case, last.status) == (planned, "planned")
    assert last.reason


def test_a_record_outside_the_plan_is_kept(tmp_path):
    base, full, *_ = cases_of("s", "everyday")
    folder = write_run(tmp_path, [measured(base, 6), measured(full, 6)])
    plan = json.loads((folder / "plan.json").read_text())
    (folder / "plan.json").write_text(json.dumps(plan | {"cases": [full.as_dict()]}))
    assert [record.case.method for record in read_run(folder).records] == ["full", "base"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[]",
        lambda text: "[" * 100_000,
        lambda text: json.dumps(json.loads(text) | {"schema": 99}),
        lambda text: json.dumps(json.loads(text) | {"scores": {"x": {"value": "high", "n": 3}}}),
        lambda text: json.dumps(json.loads(text) | {"case": "lora"}),
    ],
    ids=["truncated", "empty", "list", "deep", "schema", "text-score", "no-case"],
)
def test_a_damaged_record_is_named_and_its_case_shown_as_planned(run_folder, damage):
    path = record_file(run_folder, "everyday-lora")
    path.write_text(damage(path.read_text()))
    run = read_run(run_folder)
    assert len(run.damaged) == 1
    assert path.name in run.damaged[0]
    assert [r.status for r in run.records if r.case.method == "lora" and r.case.suite == "base_vs_instruct"] == [
        "planned"
    ]


def test_a_record_that_is_not_utf8_is_named(run_folder):
    path = record_file(run_folder, "everyday-full")
    path.write_bytes(b"\xff\xfe\x00")
    assert path.name in read_run(run_folder).damaged[0]


def test_a_copied_record_is_named(run_folder):
    path = record_file(run_folder, "everyday-full")
    (path.parent / "zz-copy.json").write_text(path.read_text())
    assert "zz-copy.json" in read_run(run_folder).damaged[0]


def test_a_damaged_plan_leaves_the_records(run_folder):
    (run_folder / "plan.json").write_text('{"schema": 1')
    run = read_run(run_folder)
    assert run.damaged[0].startswith("plan.json")
    assert run.records


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"no plan\.json"):
        read_run(tmp_path)


def test_outputs_are_read_when_asked(run):
    outputs = run.outputs(run.records[0])
    assert {output.form for output in outputs} == {"raw", "template"}


def test_outputs_outside_the_run_folder_are_not_read(run, tmp_path):
    (tmp_path / "secret.jsonl").write_text("{}\n")
    with pytest.raises(UserError, match="outside the run folder"):
        run.outputs(run.records[0].with_(outputs_file="../secret.jsonl"))


def test_missing_outputs_are_named(run):
    with pytest.raises(UserError, match=r"outputs/gone\.jsonl"):
        run.outputs(run.records[0].with_(outputs_file="outputs/gone.jsonl"))
