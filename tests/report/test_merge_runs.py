import json
import shutil
from dataclasses import replace

import pytest

from bench.case import Case
from bench.errors import UserError
from bench.record import RunRecord, Score, read_record
from bench.report.comparison import compare
from bench.report.groups import groups
from bench.report.merge_runs import gather, machine_of, write_merged
from bench.report.merge_table import machine_tables, markdown, noise_notes
from bench.report.render import write_reports
from bench.report.run_folder import read_run
from tests.report.sample import PAYLOADS, cost_of, measured, write_run

CASES = [Case("s", "m", "d", method, metrics=("instruction_following",)) for method in ("base", "lora")]


def on(machine, case=CASES[1], examples=10, **fields):
    environment = {"hardware": machine, "device": "cpu", "cores": 2}
    return measured(case, examples).with_(environment=environment, cost=cost_of(case), **fields)


@pytest.fixture
def run(tmp_path):
    """`run("a", record, ...)`: a run folder."""

    def make(name, *records, planned=()):
        return write_run(tmp_path / name, list(records), planned)

    return make


def merged(tmp_path, *folders):
    out = tmp_path / "out"
    found = gather(folders)
    write_merged(out, found, "tunebench merge")
    return read_run(out)


def test_each_machine_has_rows_and_a_base_of_its_own(run, tmp_path):
    folders = [run(name, *(on(f"CPU {name}", case) for case in CASES)) for name in "ab"]
    (group,) = groups(merged(tmp_path, *folders).records)
    assert [group.row_name(record) for record in group.records] == [
        "base · CPU a, 2 cores", "base · CPU b, 2 cores", "lora · CPU a, 2 cores", "lora · CPU b, 2 cores"
    ]  # fmt: skip
    assert [group.base_of(record) for record in group.records[2:]] == list(group.records[:2])


def test_outputs_and_logs_come_along_and_the_run_is_kept_whole(run, tmp_path):
    folder = run("a", on("CPU a"))
    (folder / "logs").mkdir()
    (folder / "logs" / "x.log").write_text("said")
    found = merged(tmp_path, folder, run("b", on("CPU b")))
    assert [len(found.outputs(record)) for record in found.records] == [20, 20]
    assert (tmp_path / "out" / "runs" / "a" / "logs" / "x.log").read_text() == "said"
    assert read_run(tmp_path / "out" / "runs" / "a").records == read_run(folder).records


def test_provenance_stands_in_record_and_plan(run, tmp_path):
    found = merged(tmp_path, run("a", on("CPU a")), run("b", on("CPU b")))
    assert found.records[0].resolved["merged_from"] == {"run": "runs/a", "case": CASES[1].file_name}
    assert any(note.startswith("a: 1 of 1 cases ran, started 2026") for note in found.plan.notes)


def test_one_machine_that_did_different_cases_is_one_plain_run(run, tmp_path):
    found = merged(tmp_path, run("a", on("CPU", CASES[0])), run("b", on("CPU", CASES[1])))
    assert [record.case for record in found.records] == CASES


def test_one_machine_that_did_a_case_twice_is_told_by_the_run(run, tmp_path):
    later = on("CPU", started_at="2026-01-02T00:00:00+00:00")
    found = merged(tmp_path, run("a", on("CPU")), run("b", later))
    assert [record.case.variant for record in found.records] == ["CPU, 2 cores (a)", "CPU, 2 cores (b)"]


def test_runs_of_one_folder_name_are_both_kept(run, tmp_path):
    folders = [run("x/report", on("CPU a")), run("y/report", on("CPU b"))]
    merged(tmp_path, *folders)
    assert sorted(path.name for path in (tmp_path / "out" / "runs").iterdir()) == ["report", "report-2"]


def test_a_variant_meets_the_reference_of_its_own_machine(run, tmp_path):
    right, wrong = (
        replace(CASES[1], variant=name, against=other) for name, other in (("right", ""), ("wrong", "right"))
    )
    folders = [run(name, on(f"CPU {name}", right), on(f"CPU {name}", wrong)) for name in "ab"]
    (group,) = groups(merged(tmp_path, *folders).records)
    wrongs = [record for record in group.records if record.case.against]
    assert [group.base_of(record).environment["hardware"] for record in wrongs] == ["CPU a", "CPU b"]


def test_a_copied_record_is_named_and_left_out(run, tmp_path):
    folder = run("a", on("CPU a"))
    shutil.copytree(folder, tmp_path / "copy")
    found = gather([folder, tmp_path / "copy", run("b", on("CPU b"))])
    assert len(found.members) == 2
    assert found.left_out == (f"{tmp_path / 'copy'}: s[m-d-lora-s0]: a copy of the one in {folder}",)


def test_truncated_and_foreign_records_are_named_and_left_out(run, tmp_path):
    folder = run("a", on("CPU a"))
    (folder / "cases" / "half.json").write_text('{"case": ')
    (folder / "cases" / "foreign.json").write_text('{"accuracy": 1}')
    found = merged(tmp_path, folder, run("b", on("CPU b")))
    assert len(found.records) == 2
    assert sum("left out" in note for note in found.plan.notes) == 2


def test_a_case_that_never_ran_stays_in_the_plan(run, tmp_path):
    found = merged(tmp_path, run("a", on("CPU a"), planned=[CASES[0]]), run("b", on("CPU b")))
    assert [record.status for record in found.records] == ["ok", "planned", "ok"]
    assert found.records[1].case.variant == "CPU a, 2 cores"


def test_a_run_named_twice_is_refused(run, tmp_path):
    folder = run("a", on("CPU a"))
    with pytest.raises(UserError, match="is named twice"):
        gather([folder, tmp_path / "a" / ".." / "a"])


def test_runs_without_a_record_are_refused(run):
    with pytest.raises(UserError, match="nothing to merge"):
        gather([run("a", planned=CASES)])


def test_a_folder_with_something_else_in_it_is_not_written_to(run, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="not empty and no earlier merge"):
        merged(tmp_path, run("a", on("CPU a")))


def test_the_folder_of_a_run_is_not_written_to(run, tmp_path):
    folder = run("out/a", on("CPU a"))
    with pytest.raises(UserError, match="choose another folder"):
        merged(tmp_path, folder)


def test_an_earlier_merge_is_made_anew(run, tmp_path):
    merged(tmp_path, run("a", on("CPU a")), run("b", on("CPU b")))
    assert len(merged(tmp_path, run("c", on("CPU c"))).records) == 1


def test_outputs_outside_the_run_are_not_taken_along(run, tmp_path):
    (tmp_path / "secret.jsonl").write_text("x")
    folder = run("a", on("CPU a"))
    (path,) = (folder / "cases").iterdir()
    data = json.loads(path.read_text())
    path.write_text(json.dumps(data | {"outputs_file": "../secret.jsonl"}))
    assert merged(tmp_path, folder).records[0].outputs_file == ""


def test_the_same_merge_gives_the_same_bytes(run, tmp_path):
    folders = [run(name, on(f"CPU {name}")) for name in "ab"]
    merged(tmp_path, *folders)
    first = {path.name: path.read_bytes() for path in write_reports(tmp_path / "out")}
    merged(tmp_path, *folders)
    assert first == {path.name: path.read_bytes() for path in write_reports(tmp_path / "out")}


def scored(machine, value):
    score = Score(value, 50, low=value - 0.1, high=value + 0.1)
    return on(machine).with_(scores={"instruction_following": score})


def test_a_case_of_two_machines_has_a_noise_row_without_costs(run):
    found = gather([run("a", scored("CPU a", 0.88)), run("b", scored("CPU b", 0.91))])
    (table,) = machine_tables(found)
    assert [row.is_noise for row in table.rows] == [False, False, True]
    assert table.rows[2].cells == ("noise: lora", "2 times", "88.0 % to 91.0 %", "spread 3.0 points", "–", "–", "")
    assert table.rows[0].cells[:3] == ("lora", "CPU a, 2 cores", "88.0 %")
    assert noise_notes([table]) == ["s · m · d: noise: lora, 88.0 % to 91.0 %, spread 3.0 points over 2 runs"]


def test_time_and_memory_of_unlike_machines_are_in_rows_of_their_own(run):
    (table,) = machine_tables(gather([run("a", scored("CPU a", 0.5)), run("b", scored("CPU b", 0.5))]))
    assert [row.cells[4:6] for row in table.rows] == [("24 s", "640 MiB"), ("24 s", "640 MiB"), ("–", "–")]


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"hardware": "Intel(R) Xeon(R) Processor @ 2GHz", "device": "cpu", "cores": 2}, "Intel Xeon @ 2GHz, 2 cores"),
        ({"hardware": "NVIDIA H100 80GB HBM3", "device": "cuda:0", "cores": 16}, "NVIDIA H100 80GB HBM3"),
        ({"hardware": "Apple M3", "device": "mps"}, "Apple M3, mps"),
        ({}, "unknown machine"),
    ],
)  # fmt: skip
def test_a_machine_is_named_by_what_makes_its_costs_unlike(run, environment, name):
    found = read_run(run("a", planned=CASES))
    record = RunRecord(CASES[0], "ok", environment=environment)
    bare = replace(found, plan=replace(found.plan, environment={}))
    assert machine_of(bare, record) == name


def test_costs_of_two_machines_have_no_head_to_sort_by(run, tmp_path):
    found = merged(tmp_path, run("a", on("small")), run("b", on("large")))
    table = compare(groups(found.records)[0])
    assert table.unlike == "Measured on 2 machines: times, speeds and memory are not sorted or ranked together."
    page = write_reports(found.folder)[-1].read_text()
    assert page.count('class="unsorted"') == len(table.cost_labels) - 1
    assert table.unlike in page


def test_one_machine_and_what_never_ran_can_be_sorted(run):
    assert compare(groups(read_run(run("a", on("small"), planned=CASES[:1])).records)[0]).unlike == ""


def test_hostile_machines_stay_text(run, tmp_path):
    folders = [run(f"r{place}", on(payload)) for place, payload in enumerate(PAYLOADS)]
    found = gather(folders)
    write_merged(tmp_path / "out", found, "x")
    lines = markdown(machine_tables(found), found.left_out).splitlines()
    assert {len(line.replace(r"\|", "").split("|")) for line in lines if line.startswith("|")} == {9}
    assert not set("\x1b\x00\u202e") & set("".join(lines))
    assert len(read_run(tmp_path / "out").records) == len(PAYLOADS)
    assert all(read_record(path) for path in (tmp_path / "out" / "cases").iterdir())
