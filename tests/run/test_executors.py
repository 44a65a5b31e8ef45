"""A child that dies in any way ends its own case only, and its row says how."""

import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from bench.run.executors.process import ProcessExecutor
from bench.run.workbench import Job
from tests.run import deaths

needs_fork_server = pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="no fork server on this system"
)
pytestmark = needs_fork_server


@pytest.fixture(scope="module")
def executor():
    return ProcessExecutor(work=deaths.work)


def run(executor, tmp_path, death, timeout=30.0, on_progress=lambda message: None):
    job = Job({"death": death}, "cpu", "", {})
    return executor.run(job, tmp_path / "case.log", timeout, on_progress)


def alive(pid):
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_what_spares_a_child_the_search_for_leakage_does_not_spare_its_parent(executor, tmp_path):
    assert run(executor, tmp_path, "none").status == "ok"
    assert "BENCH_LEAKAGE_CHECKED" not in os.environ


def test_a_case_that_ends_well_reports_progress_and_seconds(executor, tmp_path):
    seen = []
    outcome = run(executor, tmp_path, "none", on_progress=seen.append)
    assert outcome.status == "ok"
    assert outcome.seconds == {"train": 0.5}
    assert seen[-1]["step"] == 1


@pytest.mark.parametrize(
    ("death", "status", "reason"),
    [
        ("exception", "error", "RuntimeError: first line"),
        ("mistake", "error", "rank is 0"),
        ("unavailable", "skipped", "needs CUDA"),
        ("memory", "out_of_memory", "MemoryError"),
        ("leaves", "error", "exit code 3"),
        ("kill", "killed", "SIGKILL"),
        ("segfault", "killed", "SIGSEGV"),
    ],
)
def test_each_death_has_its_status_and_the_next_case_runs(executor, tmp_path, death, status, reason):
    outcome = run(executor, tmp_path, death)
    assert outcome.status == status
    assert reason in outcome.reason
    assert run(executor, tmp_path, "none").status == "ok"


def test_an_exception_leaves_its_traceback_in_the_log(executor, tmp_path):
    run(executor, tmp_path, "exception")
    assert "second line" in (tmp_path / "case.log").read_text()


def test_a_hang_that_ignores_sigterm_is_ended_at_its_timeout(executor, tmp_path):
    outcome = run(executor, tmp_path, "hang", timeout=0.5)
    assert outcome.status == "timeout"
    assert "0.5 s" in outcome.reason


def test_what_a_child_started_ends_with_it(executor, tmp_path):
    seen = []
    run(executor, tmp_path, "orphan", timeout=1.5, on_progress=seen.append)
    time.sleep(0.2)
    assert not alive(seen[0]["pid"])
    assert not alive(seen[0]["child"])


def test_stopped_from_another_thread_the_case_under_way_is_interrupted(tmp_path):
    executor, seen = ProcessExecutor(work=deaths.work), []
    threading.Timer(1.0, executor.stop).start()
    outcome = run(executor, tmp_path, "orphan", on_progress=seen.append)
    assert outcome.status == "interrupted"
    assert not seen or not alive(seen[0]["pid"])


def test_a_large_message_passes(executor, tmp_path):
    seen = []
    assert run(executor, tmp_path, "large", on_progress=seen.append).status == "ok"
    assert len(seen[0]["text"]) == 5_000_000


def parent(folder, sender):
    executor = ProcessExecutor(work=deaths.work)
    run(executor, folder, "orphan", on_progress=lambda message: sender.send(message["pid"]))


def test_kill_9_of_the_parent_ends_the_child(tmp_path):
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=parent, args=(tmp_path, sender))
    process.start()
    assert receiver.poll(120)
    pid = receiver.recv()
    assert alive(pid)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    ends = time.monotonic() + 2
    while alive(pid) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not alive(pid)
