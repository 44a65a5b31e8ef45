import os
import subprocess
import sys

import pytest

from bench import halves
from bench.behaviour import openings
from bench.halves import in_halves
from bench.metrics import completion
from bench.metrics.refusal import labels
from bench.record import Output

TEXTS = ("Paris.", "What is the sum?", "I'm sorry, but I can't help with that.", "", "\ud800 one two three four", None)
OUTPUTS = [
    Output(str(n), "template", f"Name capital {n}.", TEXTS[n % 6], (), instruction=f"Name capital {n}.")
    for n in range(12)
]


def processes(outputs):
    return [[os.getpid(), output.example_id] for output in outputs]


def refusing(outputs, name):
    if name in {output.example_id for output in outputs}:
        raise ValueError(os.getpid())
    return [output.example_id for output in outputs]


@pytest.fixture
def two(monkeypatch):
    monkeypatch.setattr(halves, "MANY", 2)
    monkeypatch.setattr(halves, "two_at_once", lambda: True)


def test_other_process_takes_the_second_half_and_the_order_stays(two):
    found = in_halves(processes, OUTPUTS)
    assert [name for _, name in found] == [output.example_id for output in OUTPUTS]
    assert len({number for number, _ in found}) == 2


def test_halves_give_the_same_readings_as_the_whole(two):
    assert in_halves(labels, OUTPUTS, openings(OUTPUTS)) == labels(OUTPUTS, openings(OUTPUTS))


def test_scores_of_halves_are_those_of_the_whole(two, monkeypatch):
    halved = completion.score(OUTPUTS)
    monkeypatch.setattr(halves, "MANY", 100)
    assert halved == completion.score(OUTPUTS)


def test_an_error_of_either_half_is_raised_here(two):
    for number in (0, 11):
        with pytest.raises(ValueError, match=str(os.getpid())):
            in_halves(refusing, OUTPUTS, str(number))


def test_work_that_cannot_be_sent_is_done_here(two):
    assert in_halves(lambda outputs: [os.getpid() for _ in outputs], OUTPUTS) == [os.getpid()] * 12


def test_an_interpreter_that_cannot_be_started_leaves_all_to_this_one(two, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert {number for number, _ in in_halves(processes, OUTPUTS)} == {os.getpid()}


def lengths(outputs):
    return [len(output.text or "") for output in outputs]


def test_halves_of_surrogate_pairs_stay_apart(two):
    said = [Output(str(n), "template", "", "\ud83d\ude00 \U0001f600", (), "") for n in range(4)]
    assert in_halves(lengths, said) == [4] * 4


def test_few_outputs_stay_in_one_process():
    assert {number for number, _ in in_halves(processes, OUTPUTS)} == {os.getpid()}


def test_a_variable_keeps_everything_in_one_process(monkeypatch):
    monkeypatch.setenv(halves.ALONE, "1")
    assert not halves.two_at_once()


def test_a_script_without_a_guard_runs_once(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from bench import halves\nfrom bench.metrics import refusal\nfrom bench.record import Output\n"
        "halves.MANY = 2\nhalves.two_at_once = lambda: True\nprint('begun')\n"
        "print(refusal.score([Output(str(n), 'template', 'Hi.', 'No.', (), '') for n in range(4)])['refusal'].n)\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["begun", "4"]
