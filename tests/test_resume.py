"""A run that is killed or interrupted loses nothing that was finished; the same command goes on."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from bench.catalog import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals as on POSIX")
COMMAND = [sys.executable, "-m", "pytest", "-m", "bench", "suites/test_cost.py", "--bench-model", "tiny-gpt2"]


def started(folder, methods):
    options = ["--bench-method", methods, "--bench-out", folder / "out", "--bench-store", folder / "store"]
    return subprocess.Popen(
        [*COMMAND, *map(str, options)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=heed_ctrl_c,
    )


def heed_ctrl_c():
    """A job that a shell started in the background ignores SIGINT, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def records(folder):
    found = [json.loads(path.read_text()) for path in (folder / "out" / "cases").glob("*.json")]
    return {record["case"]["method"]: record for record in found}


def wait_for(method, folder, seconds=90):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and method not in records(folder):
        time.sleep(0.05)
    assert method in records(folder)


def test_kill_9_loses_no_finished_case_and_the_same_command_goes_on(tmp_path):
    process = started(tmp_path, "base,full")
    wait_for("base", tmp_path)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert len(json.loads((tmp_path / "out" / "plan.json").read_text())["cases"]) == 2

    again = started(tmp_path, "base,full")
    text = again.communicate(timeout=120)[0].decode()
    assert again.returncode == 0, text
    assert records(tmp_path)["base"]["reused"] == ["generate", "score"]
    assert records(tmp_path)["full"]["status"] == "ok"
    assert not list((tmp_path / "store").rglob(".unfinished-*/step.json"))


def test_ctrl_c_stops_soon_with_a_row_and_a_report(tmp_path):
    process = started(tmp_path, "base,lora,qlora")
    wait_for("base", tmp_path)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 2
    assert "interrupted" in {record["status"] for record in records(tmp_path).values()}
    page = (tmp_path / "out" / "report.html").read_text()
    assert "interrupted" in page
