"""A run that is killed or interrupted loses nothing that was finished; the same command goes on."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.catalog import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals as on POSIX")
COMMAND = [sys.executable, "-m", "pytest", "-m", "bench", "suites/test_cost.py", "--bench-model", "tiny-gpt2"]


def started(folder, methods, *more, ctrl_c=signal.SIG_DFL):
    """A job that a shell starts in the background ignores SIGINT, and so do its children: `ctrl_c` is SIG_IGN there."""
    options = ["--bench-method", methods, "--bench-out", folder / "out", "--bench-store", folder / "store", *more]
    return subprocess.Popen(
        [*COMMAND, *map(str, options)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, ctrl_c),
    )


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


def wait_for_the_child_of(method, folder, seconds=60):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and not list((folder / "out" / "logs").glob(f"*{method}*")):
        time.sleep(0.05)


def writers(folder):
    """Processes that have a file of the run open, such as the log that is a child's standard output."""
    found = set()
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            found |= {link.parts[2]} if os.readlink(link).startswith(str(folder)) else set()
    return found


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_sigterm_ends_a_shells_background_job_in_the_middle_of_a_case(tmp_path, jobs):
    process = started(tmp_path, "base,full", "--bench-jobs", jobs, ctrl_c=signal.SIG_IGN)
    wait_for("base", tmp_path)
    wait_for_the_child_of("full", tmp_path)
    assert writers(tmp_path)
    for _ in range(2):  # as `timeout` does
        process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
    process.communicate(timeout=30)
    assert process.returncode == 2
    assert not writers(tmp_path)
    assert {name: record["status"] for name, record in records(tmp_path).items()} == {
        "base": "ok",
        "full": "interrupted",
    }
    assert "run the same command to go on" in (tmp_path / "out" / "report.md").read_text()

    again = started(tmp_path, "base,full", "--bench-jobs", jobs)
    text = again.communicate(timeout=120)[0].decode()
    assert again.returncode == 0, text
    assert records(tmp_path)["base"]["reused"] == ["generate", "score"]
    assert records(tmp_path)["full"]["status"] == "ok"


def run_of(suite, folder, *more, path=""):
    (folder / "test_one.py").write_text(suite)
    options = ["--bench-out", folder / "out", "--bench-store", folder / "store", "--bench-limit", 2, *more]
    command = [sys.executable, "-m", "pytest", "-m", "bench", folder / "test_one.py", *options]
    environment = os.environ | {"PYTHONPATH": str(path)}
    return subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, env=environment)


INTERRUPTED_IN_CODE_WITHOUT_LINES = """
import pytest


@pytest.mark.bench(models=["tiny-gpt2"], datasets=["everyday"], methods=["base"])
def test_one(case, run):
    def interrupt():
        raise KeyboardInterrupt

    interrupt.__code__ = interrupt.__code__.replace(co_linetable=b"")
    interrupt()
"""


def test_ctrl_c_in_code_without_line_numbers_ends_as_everywhere(tmp_path):
    """As `dataclass` makes it: pytest broke down, and there was no report."""
    found = run_of(INTERRUPTED_IN_CODE_WITHOUT_LINES, tmp_path)
    assert found.returncode == 2, found.stdout + found.stderr
    assert records(tmp_path)["base"]["status"] == "interrupted"
    assert "interrupted" in (tmp_path / "out" / "report.html").read_text()


CLAIMS_A_GAIN = """
import pytest


@pytest.mark.bench(models=["tiny-gpt2"], datasets=["everyday"], methods=["base"], metrics=["token_f1"])
def test_one(case, run):
    assert run.gain(case, case, "token_f1").mean == 0
"""
CTRL_C_IN_AN_IMPORT = """
import sys, threading, pytest

importing = False


def hook(event, arguments):
    found = importing and event == "import" and arguments[0].partition(".")[0] in {"numpy", "scipy", "pandas"}
    if found and threading.current_thread() is threading.main_thread():
        raise KeyboardInterrupt(arguments[0])


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop():
    global importing
    importing = True
    sys.addaudithook(hook)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish():
    global importing
    importing = False
"""


def test_ctrl_c_cannot_cut_an_import_short_that_the_report_needs(tmp_path):
    """numpy cannot be imported again in the same process: there was no report."""
    (tmp_path / "ctrl_c_in_an_import.py").write_text(CTRL_C_IN_AN_IMPORT)
    found = run_of(CLAIMS_A_GAIN, tmp_path, "-p", "ctrl_c_in_an_import", path=tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr
    assert (tmp_path / "out" / "report.html").exists()
