"""The plots that are read from labels and costs: what answers are, confusion matrices, and how costs grow."""

from dataclasses import replace

import pytest

from bench.record import Score
from bench.report.behaviour_plots import behaviour_plot, shares
from bench.report.confusion_plots import UNREAD, confusion, confusion_plots
from bench.report.groups import groups
from bench.report.growth_plots import growth_plots
from tests.report.sample import cases_of, measured


def labelled(record, column, details):
    score = Score(0.5, len(details), details={str(place): each for place, each in enumerate(details)})
    return record.with_(scores={**record.scores, column: score})


@pytest.fixture
def group():
    (found,) = groups(measured(case, 4) for case in cases_of("base_vs_instruct", "everyday")[:2])
    return found


def test_partial_refusals_refuse_and_empty_answers_are_neither(group):
    said = ("answer", "partial", "refusal", "empty")
    record = labelled(group.records[0], "completion", [{"label": label} for label in said])
    assert shares(record) == {"answers": 0.25, "refuses": 0.5, "mimics": 0.0, "neither": 0.25}


def test_the_plot_says_in_words_what_it_shows(group):
    record = labelled(group.records[0], "completion", [{"label": "mimic"}] * 3 + [{"label": "answer"}])
    svg = behaviour_plot(replace(group, records=(record,)), "b")
    assert "base: answers 25.0 %, refuses 0 %, mimics 75.0 %, neither 0 %" in svg


def test_without_labels_there_is_no_plot(group):
    assert behaviour_plot(group, "b") is None
    assert confusion_plots(group, "c") == []


def test_an_answer_without_a_label_has_its_own_column(group):
    pairs = [{"gold": "up", "label": "up"}, {"gold": "up", "label": ""}, {"gold": "down", "label": "up"}]
    record = labelled(group.records[1], "accuracy", pairs)
    assert confusion(record) == {("up", "up"): 1, ("up", UNREAD): 1, ("down", "up"): 1}
    ((name, svg),) = confusion_plots(replace(group, records=(record,)), "c")
    assert name == "full"
    assert "up read as no label 1" in svg


def test_a_hundred_classes_are_no_picture(group):
    pairs = [{"gold": str(place), "label": "x"} for place in range(100)]
    assert confusion_plots(replace(group, records=(labelled(group.records[1], "accuracy", pairs),)), "c") == []


def trained(tokens, seconds, **changes):
    record = measured(cases_of("cost", "everyday")[1], 2)
    train = replace(record.cost.train, useful_tokens=tokens, seconds=seconds)
    return record.with_(cost=replace(record.cost, train=train), **changes)


def test_time_is_drawn_against_tokens_of_fresh_trainings_on_one_machine():
    records = [trained(1000 * n, 2.0 * n) for n in (1, 2, 4)]
    stored, elsewhere = trained(9e6, 1.0, reused=("train",)), trained(8e6, 1.0, environment={"hardware": "another"})
    ((caption, svg),) = growth_plots([*records, stored, elsewhere], "g")
    assert caption == "Training time against tokens"
    assert "tiny-gpt2 full: 2.0 s at 1 k to 8.0 s at 4 k" in svg


def test_one_size_grows_nothing():
    assert growth_plots([trained(1000, 2.0)] * 4, "g") == []
