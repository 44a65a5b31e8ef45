"""The command line as users meet it: real pytest processes on the real suites."""

import json
import os
import subprocess
import sys

import pytest

from bench.catalog import ROOT
from bench.plugin import point_latest

ROW = {"instruction": "Say hi", "output": "hi"}


def bench(*arguments, cwd=ROOT, **environment):
    command = [sys.executable, "-m", "pytest", "-m", "bench", *map(str, arguments)]
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=os.environ | environment)
    return result.returncode, result.stdout + result.stderr


def refused(*arguments, **environment):
    """The one line that says what was wrong; nothing was run or written."""
    before = sorted((ROOT / "reports").glob("*"))
    code, text = bench(*arguments, **environment)
    lines = [line for line in text.splitlines() if line.strip()]
    assert code not in (0, 5), text
    assert "Traceback" not in text
    assert sorted((ROOT / "reports").glob("*")) == before
    assert len(lines) == 1, text
    return lines[0]


@pytest.mark.parametrize(
    ("option", "typo", "meant"),
    [
        ("--bench-model", "tiny-gpt", "tiny-gpt2"),
        ("--bench-dataset", "everyda", "everyday"),
        ("--bench-method", "qlorra", "qlora"),
        ("--bench-template", "rawr", "raw"),
        ("--bench-profile", "gpus", "gpu"),
        ("--bench-device", "cudda", "cuda"),
    ],
)
def test_a_typo_is_one_line_with_the_nearest_name(option, typo, meant):
    assert f"Did you mean '{meant}'?" in refused(option, typo)


@pytest.mark.parametrize("shots", ["-1", "two", "1.5"])
def test_a_number_of_shots_that_is_none(shots):
    assert "expected a whole number from 0" in refused(f"--bench-shots={shots}")


def test_cuda_asked_for_where_there_is_none():
    from bench.run.device import available

    if "cuda" in available():
        pytest.skip("this machine has CUDA")
    assert "needs CUDA" in refused("--bench-device", "cuda")


def test_a_model_folder_that_holds_only_a_pickle(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    assert "convert it to safetensors" in refused("--bench-model", f"local:{tmp_path}")


def test_a_hub_model_without_permission_to_use_the_network():
    assert "--bench-hub" in refused("--bench-model", "hub:nobody/nothing")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b'{"instruction": "x"}', ":1: no 'response'"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b'{"instruction": "caf\xe9", "output": "x"}', ":1: not UTF-8"),
    ],
)
def test_a_bad_data_file_is_one_line_with_file_and_line(tmp_path, content, says):
    path = tmp_path / "d.jsonl"
    path.write_bytes(content)
    line = refused("--bench-dataset", path)
    assert str(path) in line
    assert says in line


def test_an_unknown_metric_in_a_suite_is_a_collection_error_with_the_nearest_name(tmp_path):
    suite = ROOT / "suites" / "test_cost.py"
    text = suite.read_text().replace("generate={", 'metrics=["rogue"],\n    generate={')
    (tmp_path / "test_typo.py").write_text(text)
    code, output = bench(
        tmp_path / "test_typo.py", "--rootdir", ROOT, "-c", ROOT / "pyproject.toml", "-p", "bench.plugin"
    )
    assert code == 2
    assert "unknown metric 'rogue'. Did you mean 'rouge'" in output
    assert "Traceback" not in output


def test_collecting_imports_nothing_heavy_and_lists_the_plan():
    code = (
        "import sys, pytest; code = pytest.main(['-m', 'bench', '--collect-only', '-q']);"
        "heavy = {'torch', 'transformers', 'peft', 'pandas', 'sklearn', 'evaluate'} & set(sys.modules);"
        "assert not heavy, heavy; sys.exit(code)"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "test_tuning_teaches_instructions[tiny-gpt2-everyday-qlora-s0]" in result.stdout


@pytest.mark.parametrize("seed", ["0", "7"])
def test_the_plan_does_not_depend_on_hash_order(seed):
    one = bench("--collect-only", "-q", PYTHONHASHSEED=seed)[1].splitlines()
    assert one[:-1] == bench("--collect-only", "-q", PYTHONHASHSEED="3")[1].splitlines()[:-1]


def test_a_method_is_selected_by_its_exact_name():
    _, text = bench("--collect-only", "-q", "--bench-method", "lora")
    assert "-lora-" in text
    assert "-qlora-" not in text


def test_a_fixture_dataset_selects_the_suites_that_use_it():
    _, text = bench("--collect-only", "-q", "--bench-dataset", "headlines")
    assert "test_sentiment" in text
    assert "test_cost" not in text


def test_seeds_are_an_axis():
    _, text = bench("--collect-only", "-q", "--bench-seeds", "2", "--bench-method", "base", "suites/test_sentiment.py")
    assert "base-s0]" in text
    assert "base-s1]" in text


def test_a_missing_device_gives_skipped_rows_where_that_is_wanted(tmp_path):
    from bench.run.device import available

    if "rocm" in available():
        pytest.skip("this machine has ROCm")
    out = tmp_path / "out"
    options = ("--bench-device", "rocm", "--bench-skip-unavailable", "--bench-out", out)
    code, text = bench("suites/test_sentiment.py", *options)
    assert code == 0, text
    records = [json.loads(path.read_text()) for path in (out / "cases").glob("*.json")]
    assert len(records) == 3
    assert {(record["status"], record["reason"]) for record in records} == {("skipped", "needs ROCm")}
    assert "needs ROCm" in (out / "report.html").read_text()


def test_a_dataset_without_labels_skips_what_needs_them(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps([{"instruction": f"Say {i}", "output": str(i)} for i in range(30)]))
    out = tmp_path / "out"
    code, text = bench("suites/test_sentiment.py", "--bench-dataset", path, "--bench-out", out)
    assert code == 0, text
    assert "needs a dataset with labels" in (out / "comparison.csv").read_text()


def test_latest_points_at_the_newest_run_in_reports(tmp_path):
    for name in ("first", "second"):
        (tmp_path / "reports" / name).mkdir(parents=True)
        point_latest(tmp_path / "reports", tmp_path / "reports" / name)
    assert (tmp_path / "reports" / "latest").resolve().name == "second"


def test_a_run_written_elsewhere_leaves_latest_alone(tmp_path):
    (tmp_path / "reports").mkdir()
    point_latest(tmp_path / "reports", tmp_path / "elsewhere")
    assert not list((tmp_path / "reports").iterdir())


TWO_FUNCTIONS = """
import pytest


@pytest.mark.bench(models={"cpu": ["tiny-gpt2"]}, datasets=["everyday"], methods=["base"], needs=["labels"])
def test_first(case, run):
    assert run.cases == [case]


@pytest.mark.bench(models={"cpu": ["tiny-gpt2"]}, datasets=["headlines"], methods=["base"], needs=["labels"])
def test_second(case, run):
    assert run.cases == [case]
"""


def test_two_functions_of_one_file_have_their_own_cases(tmp_path):
    (tmp_path / "test_two.py").write_text(TWO_FUNCTIONS)
    settings = ("--rootdir", ROOT, "-c", ROOT / "pyproject.toml", "-p", "bench.plugin", "--bench-limit", "1")
    code, output = bench(tmp_path / "test_two.py", *settings, "--bench-out", tmp_path / "out")
    assert code == 0, output
    assert "1 passed, 1 skipped" in output
