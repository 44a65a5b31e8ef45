"""Half of the work in a second process: the same results and errors, whatever befalls it."""

import os
import signal
import subprocess
import sys
import textwrap
import threading

import pytest

from bench import halves
from bench.halves import LEAST, in_halves

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a second process is forked on Linux alone")
ITEMS = list(range(11))


@pytest.fixture
def forking(monkeypatch):
    monkeypatch.setattr(halves, "may_fork", lambda count: True)


@pytest.fixture
def in_clean_process(tmp_path):
    """Runs code where nothing of pytest's is loaded."""

    def run(code, **options):
        command = [sys.executable, "-c", textwrap.dedent(code)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    return run


def elsewhere():
    """In the second process, which multiprocessing has made."""
    return halves.multiprocessing.parent_process() is not None


@linux
def test_the_second_half_is_done_in_another_process_and_the_order_is_kept(forking):
    found = in_halves(lambda some: [(item, os.getpid()) for item in some], ITEMS)
    assert [item for item, _ in found] == ITEMS
    assert [pid == os.getpid() for _, pid in found] == [item < 5 for item in ITEMS]


@linux
def test_a_half_that_was_lost_is_done_again(forking):
    def doubled(some):
        if elsewhere():
            os.kill(os.getpid(), signal.SIGKILL)
        return [2 * item for item in some]

    assert in_halves(doubled, ITEMS) == [2 * item for item in ITEMS]


@linux
def test_without_room_for_a_second_process_all_is_done_here(forking, monkeypatch):
    def full():
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", full)
    assert in_halves(lambda some: [(item, os.getpid()) for item in some], ITEMS) == [(i, os.getpid()) for i in ITEMS]


@linux
def test_what_cannot_be_sent_is_done_here(forking):
    found = in_halves(lambda some: [threading.Lock() for _ in some], ITEMS)
    assert len(found) == len(ITEMS)


@linux
def test_errors_are_those_of_one_process_and_come_once(forking, capfd):
    with pytest.raises(ZeroDivisionError):
        in_halves(lambda some: [1 // (item - 10) for item in some], ITEMS)
    assert capfd.readouterr().err == ""


def test_little_work_stays_in_one_process():
    found = in_halves(lambda some: [os.getpid() for _ in some], range(LEAST - 1))
    assert set(found) == {os.getpid()}


def test_a_process_that_a_fork_could_catch_amid_its_work_is_left_alone(in_clean_process):
    said, wrong = in_clean_process(
        """
        import sys, threading, types
        from bench.halves import LEAST, may_fork
        idle = threading.Event()
        print(may_fork(LEAST))
        thread = threading.Thread(target=idle.wait)
        thread.start()
        print(may_fork(LEAST))
        idle.set(); thread.join()
        sys.modules["torch"] = types.ModuleType("torch")
        print(may_fork(LEAST))
        """
    ).communicate(timeout=60)
    cores = len(os.sched_getaffinity(0)) if sys.platform.startswith("linux") else 1
    assert (said.split(), wrong) == ([str(cores > 1), "False", "False"], "")


@linux
def test_the_metrics_find_the_same_in_two_processes(in_clean_process):
    said, wrong = in_clean_process(
        """
        from bench import halves
        from bench.record import Output
        from bench.run.scoring import score_metric
        OPENINGS = ("I'm sorry, but I can't help with that. ", "What is the reason? ", "Sure! ", "", "")
        WORDS = "the river kept its own slow time below Anna's 12 mills and never asked who was counting".split()

        def text(number, length):
            return " ".join(WORDS[number * place % 17] for place in range(3, length)).capitalize() + "."

        outputs = [
            Output(
                example_id=str(number), form="raw", prompt=f"Tell {text(number, 9)}",
                text=OPENINGS[number % 5] + text(number, 9 + number % 30), references=(text(number + 1, 8),),
                instruction=f"Tell {text(number, 9)}", source=text(number, 40), checks=({"kind": "words", "max": 20},),
            )
            for number in range(301)
        ]
        for name in ("completion", "refusal", "grounding", "instruction_following"):
            halves.may_fork = lambda count: False
            alone = score_metric(name, outputs)
            halves.may_fork = lambda count: True
            print(name, score_metric(name, outputs) == alone)
        """
    ).communicate(timeout=120)
    names = ["completion", "refusal", "grounding", "instruction_following"]
    assert said.splitlines() == [f"{name} True" for name in names], wrong


@linux
@pytest.mark.skipif(sys.platform.startswith("linux") and len(os.sched_getaffinity(0)) < 2, reason="one core")
def test_ctrl_c_ends_both_at_once_with_one_message(in_clean_process):
    process = in_clean_process(
        """
        import signal, time
        from bench.halves import LEAST, in_halves
        # A shell that has put pytest in the background has it ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)

        def wait(some):
            print("waiting", flush=True)
            time.sleep(60)

        in_halves(wait, range(LEAST))
        """,
        start_new_session=True,
    )
    for _ in range(2):
        assert process.stdout.readline() == "waiting\n"
    os.killpg(process.pid, signal.SIGINT)
    _, wrong = process.communicate(timeout=20)
    assert (wrong.count("Traceback"), wrong.split()[-1]) == (1, "KeyboardInterrupt")
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
