"""The command for real: many clients, its log, and its end while an answer grows."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import httpx
import pytest

pytest.importorskip("fastapi", reason="the extra `serve` is not installed")


@pytest.fixture
def process(tmp_path):
    """`tunebench serve` on a free port, with a log beside it."""
    command = [sys.executable, "-m", "bench", "serve", "tiny-gpt2", "--port", "0", "--log", str(tmp_path / "log")]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes, env=os.environ | {"OMP_NUM_THREADS": "1"}) as running:
        yield running
        running.kill()


@pytest.fixture
def ended(process, tmp_path):
    """Answers to 12 clients at once, the last of which run when SIGTERM comes; the ended process; its log."""
    log = tmp_path / "log"
    url = process.stdout.readline().split()[2]
    answers = []
    with httpx.Client(base_url=url, timeout=60) as client:
        threads = [threading.Thread(target=ask, args=(client, answers, number)) for number in range(12)]
        for thread in threads:
            thread.start()
        wait_for_lines(log, client)
        process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join(30)
    _, errors = process.communicate(timeout=60)
    return answers, process.returncode, errors, log


def ask(client, answers, number):
    length = 200 if number == 0 else 5
    answers.append(client.post("/ask", json={"question": f"What is {number}?", "max_new_tokens": length}))


def wait_for_lines(log, client, seconds=30.0):
    """Until the short answers are there."""
    end = time.monotonic() + seconds
    while log.read_text().count('"/ask"') < 11 and time.monotonic() < end:
        assert client.get("/health").status_code == 200
        time.sleep(0.01)


def test_running_answers_are_given_when_the_server_is_told_to_stop_and_all_are_logged(ended):
    answers, status, errors, log = ended
    assert [answer.status_code for answer in answers] == [200] * 12
    assert (status, errors) == (0, "")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    asked = [line for line in lines if line["route"] == "/ask"]
    assert len(asked) == 12
    assert all(line["model"] == "tiny-gpt2" and line["status"] == 200 and line["new_tokens"] for line in asked)
    assert set(lines[0]) == {"time", "route", "model", "status", "prompt_tokens", "new_tokens", "seconds"}
