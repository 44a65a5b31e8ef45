import json

import pytest

from bench.case import Case
from bench.errors import UserError
from bench.record import (
    Claim,
    Cost,
    Output,
    Phase,
    RunRecord,
    Score,
    read_outputs,
    read_record,
    write_atomic,
    write_outputs,
    write_record,
)

CASE = Case("s", "tiny-gpt2", "everyday", "lora", metrics=("rouge",))


def a_record(**changes):
    values = {
        "scores": {
            "rougeL": Score(0.5, 2, per_example={"a": 0.0, "b": 1.0}),
            "none": Score(None, 0, why="no labels"),
        },
        "cost": Cost(train=Phase(1.5, useful_tokens=10), memory_kind="process RSS", total_params=5),
        "loss_curve": ((1, 2.0), (2, 1.0)),
        "claims": (Claim("node", CASE.id, "passed"),),
    }
    return RunRecord(CASE, "ok", **(values | changes))


def test_round_trip_through_a_file(tmp_path):
    record = a_record()
    assert read_record(write_record(tmp_path, record)) == record


def test_infinite_numbers_become_null_not_invalid_json(tmp_path):
    path = write_record(tmp_path, a_record(seconds=float("inf"), harness_seconds=float("nan")))
    assert json.loads(path.read_text(), parse_constant=pytest.fail)["seconds"] is None


def test_a_value_is_read_by_column_name_and_missing_is_none():
    assert a_record()["rougeL"] == 0.5
    assert a_record()["accuracy"] is None


def test_an_unknown_status_is_refused():
    with pytest.raises(UserError, match="'fine' is not one of"):
        a_record().with_(status="fine")


@pytest.mark.parametrize("key", ["case", "status", "scores", "cost", "schema"])
def test_a_record_without_a_required_key_is_refused_by_name(tmp_path, key):
    path = write_record(tmp_path, a_record())
    data = json.loads(path.read_text())
    del data[key]
    path.write_text(json.dumps(data))
    with pytest.raises(UserError, match=f"{path.name}.*{key}"):
        read_record(path)


def test_a_cut_off_record_is_refused_with_its_path(tmp_path):
    path = write_record(tmp_path, a_record())
    path.write_text(path.read_text()[:100])
    with pytest.raises(UserError, match=path.name):
        read_record(path)


def test_outputs_round_trip_with_odd_characters(tmp_path):
    output = Output("a", "raw", "p\u2028\0", "t\x1b[2J\ud800", ("r",), "i", checks=({"kind": "uppercase"},))
    write_outputs(tmp_path / "o.jsonl", (output,))
    back = read_outputs(tmp_path / "o.jsonl")[0]
    assert back.prompt == output.prompt
    assert back.checks == output.checks


def test_a_failed_write_keeps_the_old_file_and_leaves_nothing_behind(tmp_path, monkeypatch):
    path = tmp_path / "x.txt"
    write_atomic(path, "old")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_atomic(path, "new")
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]
