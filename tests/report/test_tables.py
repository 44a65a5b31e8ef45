import csv

from bench.record import Cost, Phase, RunRecord, write_atomic
from bench.report.columns import KNOWN
from bench.report.tables import comparison_csv, frame, parts_of, peak_memory, read_comparison, rows
from tests.report.sample import PAYLOADS, cases_of, hostile_records, measured, sample_records

HEAD = "suite,model,dataset,method,template,seed,status,reason,n,"
TAIL = (
    "train_seconds,train_tokens_per_second,generate_tokens_per_second,peak_memory_bytes,memory_kind,"
    "trainable_params,total_params,adapter_bytes,hardware,shots,variant"
)


def header(records):
    return comparison_csv(records).splitlines()[0]


def test_the_header_is_the_documented_one():
    metrics = ",".join(",".join((name, *(f"{name}_{part}" for part in parts_of(name)))) for name in KNOWN)
    line = header([measured(cases_of("sentiment", "headlines")[0], 4)])
    assert line.startswith(HEAD)
    assert line.endswith(TAIL)
    assert line == f"{HEAD}{metrics},{TAIL}"


def test_user_metrics_follow_the_known_ones_and_other_forms_come_last():
    beside = ("_low", "_high", "_floor", "_corrected")
    names = [name for name in header(sample_records(6)).split(",") if not name.endswith(beside)]
    last = names[names.index("forgetting") + 1 : names.index("train_seconds")]
    assert last[0] == "my_metric"
    assert last[1:] == [
        f"{n}@{f}" for n in ("instruction_following", "stop_rate", "self_prompting") for f in ("raw", "template")
    ]


def test_a_case_without_numbers_keeps_its_row_with_empty_cells(tmp_path):
    case = cases_of("s", "everyday")[2]
    path = tmp_path / "c.csv"
    path.write_text(comparison_csv([RunRecord(case, "skipped", "needs CUDA")]))
    (row,) = read_comparison(path)
    filled = {key: value for key, value in row.items() if value}
    assert filled == {
        "suite": "s", "model": "tiny-gpt2", "dataset": "everyday", "method": "lora",
        "template": "instruction_input_response", "seed": "0", "status": "skipped", "reason": "needs CUDA",
        "shots": "0",
    }  # fmt: skip


def test_hostile_names_and_reasons_come_back_exactly(tmp_path):
    path = tmp_path / "c.csv"
    write_atomic(path, comparison_csv(hostile_records()))
    wanted = [payload.replace("\0", "␀").replace("\udc80", "\\udc80") for payload in PAYLOADS]
    assert [row["reason"] for row in read_comparison(path)] == wanted
    assert [row["model"] for row in read_comparison(path)] == wanted


def test_no_cell_of_a_hostile_table_starts_a_formula(tmp_path):
    path = tmp_path / "c.csv"
    write_atomic(path, comparison_csv(hostile_records()))
    with path.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_negative_numbers_stay_numbers():
    record = measured(cases_of("base_vs_instruct", "everyday")[0], 6)
    assert ",-0.5," in comparison_csv([record])
    assert "'-" not in comparison_csv([record])


def test_no_records_still_give_a_header():
    assert comparison_csv([]).startswith("suite,model,dataset")


def test_the_frame_has_one_row_per_record():
    table = frame(sample_records(6))
    assert list(table.columns) == list(rows(sample_records(6))[0])
    assert len(table) == 8


def test_peak_memory_is_that_of_training_even_when_generation_took_more():
    case = cases_of("s", "everyday")[1]
    cost = Cost(train=Phase(1.0, peak_memory_bytes=10), generate=Phase(1.0, peak_memory_bytes=99))
    assert peak_memory(RunRecord(case, "ok", cost=cost)) == 10
