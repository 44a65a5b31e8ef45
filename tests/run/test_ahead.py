"""Several cases at once: order, shared steps, cases that want the machine for themselves, and what goes wrong."""

import threading
import time

import pytest

from bench.case import Case
from bench.record import RunRecord
from bench.run.ahead import Ahead


def case(name, suite="suite"):
    return Case(suite, name, "everyday", "base")


class Made:
    """Makes records, and notes which cases ran side by side."""

    def __init__(self, fails=()):
        self.fails, self.running, self.together, self.order = fails, set(), [], []
        self.lock = threading.Lock()

    def __call__(self, case, on_progress):
        with self.lock:
            self.running.add(case.model)
            self.order.append(case.model)
            self.together.append(frozenset(self.running))
        on_progress(case, {"phase": "train"})
        time.sleep(0.02)
        with self.lock:
            self.running.remove(case.model)
        if case.model in self.fails:
            raise OSError("the disk is full")
        return RunRecord(case, "ok")


def ahead(made, names, jobs=2, claims=lambda case: (case.model,), **options):
    found = Ahead(jobs, [case(name) for name in names], made, claims, **options)
    found.start()
    return found


def silent(case, message):
    pass


def test_each_case_gives_its_own_record():
    runs = ahead(Made(), "abcd")
    assert [runs.record(case(name), silent).case.model for name in "abcd"] == list("abcd")


def test_two_cases_run_side_by_side_and_never_three():
    made = Made()
    runs = ahead(made, "abcdef")
    for name in "abcdef":
        runs.record(case(name), silent)
    assert max(map(len, made.together)) == 2


def test_two_cases_that_make_the_same_step_never_run_side_by_side():
    made = Made()
    runs = ahead(made, "abcd", claims=lambda case: ("one training",))
    for name in "abcd":
        runs.record(case(name), silent)
    assert max(map(len, made.together)) == 1


def test_a_case_that_is_alone_has_no_neighbour():
    made = Made()
    runs = ahead(made, "abcd", alone=lambda case: case.model == "b")
    for name in "abcd":
        runs.record(case(name), silent)
    assert all(each == {"b"} for each in made.together if "b" in each)


def test_a_case_that_was_not_planned_is_run_when_it_is_asked_for():
    assert ahead(Made(), "a").record(case("z"), silent).case.model == "z"


def test_what_a_test_waits_for_goes_first():
    made = Made()
    runs = ahead(made, "abcdefgh", jobs=1)
    runs.record(case("h"), silent)
    assert made.order.index("h") <= 2


def test_what_runs_ahead_comes_from_the_back_and_what_is_alone_last():
    made = Made()
    runs = ahead(made, "abcdef", jobs=1, alone=lambda case: case.model in "cd")
    while len(made.order) < 6 and runs._threads[0].is_alive():
        runs._threads[0].join(0.01)
    assert "".join(made.order) == "afebdc"


def test_an_error_reaches_the_test_that_asked():
    runs = ahead(Made(fails="b"), "ab")
    assert runs.record(case("a"), silent).status == "ok"
    with pytest.raises(OSError, match="disk is full"):
        runs.record(case("b"), silent)


def test_progress_is_told_in_the_thread_that_waits():
    told = set()
    ahead(Made(), "a").record(case("a"), lambda *_: told.add(threading.current_thread()))
    assert told == {threading.main_thread()}


def test_after_a_stop_nothing_begins():
    made = Made()
    runs = ahead(made, "abcdefgh")
    runs.record(case("a"), silent)
    runs.stop()
    time.sleep(0.1)
    begun = len(made.order)
    time.sleep(0.1)
    assert len(made.order) == begun < 8
