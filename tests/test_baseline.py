"""`--bench-baseline` and `--bench-fail-under` in a real pytest process that trains nothing, and runs once."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from bench.catalog import ROOT

ROWS = [{"instruction": f"Say the number {place}.", "output": f"{place}", "category": "math"} for place in range(24)]


def bench(*arguments):
    command = [sys.executable, "-m", "pytest", "-q", "-m", "bench", *map(str, arguments)]
    result = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
    )
    return result.returncode, result.stdout + result.stderr


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Arguments of a run of the untuned model alone, and the run folder that they made."""
    folder = tmp_path_factory.mktemp("baseline")
    (folder / "numbers.json").write_text(json.dumps(ROWS), encoding="utf-8")
    (folder / "test_numbers.py").write_text(
        "import pytest\n\n"
        '@pytest.mark.bench(models=["tiny-gpt2"], datasets=["everyday"], methods=["base"], metrics=["completion"])\n'
        "def test_numbers(case, run):\n    run(case)\n",
        encoding="utf-8",
    )
    arguments = (folder / "test_numbers.py", "--bench-dataset", folder / "numbers.json", "--bench-limit", 8,
                 "--bench-executor", "inline", "--bench-store", folder / "store")  # fmt: skip
    code, text = bench(*arguments, "--bench-out", folder / "first")
    assert code == 0, text
    return folder, arguments


@pytest.fixture
def better(asked, tmp_path):
    """A baseline in which the model ended every answer by itself."""
    folder = shutil.copytree(asked[0] / "first", tmp_path / "better")
    (path,) = (folder / "cases").glob("*.json")
    data = json.loads(path.read_text())
    score = data["scores"]["stop_rate"]
    data["scores"]["stop_rate"] = score | {"value": 1.0, "per_example": dict.fromkeys(score["per_example"], 1.0)}
    path.write_text(json.dumps(data))
    return folder


def test_a_drop_fails_the_session_though_every_test_passed(asked, better):
    folder, arguments = asked
    code, text = bench(*arguments, "--bench-out", folder / "second", "--bench-baseline", better,
                       "--bench-fail-under", "stop_rate:0.05,self_prompting:0")  # fmt: skip
    assert code == 1, text
    assert "1 passed" in text
    assert "bench baseline" in text
    assert "0 of 2 answers are worded otherwise" in " ".join(text.split())
    assert text.count("dropped:") == 1


def test_a_mistake_is_told_before_anything_runs(asked):
    code, text = bench("--bench-baseline", asked[0] / "first", "--bench-fail-under", "stoprate:0.1")
    assert code == 4
    assert "Did you mean 'stop_rate'" in text
    assert len([line for line in text.splitlines() if line.strip()]) == 1
