from dataclasses import replace

import pytest

from bench.measure.memory import MIB, Estimate
from bench.record import Cost, Phase
from bench.report.groups import groups
from bench.report.memory import memory
from tests.report.sample import cases_of, measured

BASELINE = 300 * MIB


def predicted(method, weights, activations):
    sizes = {"weights": weights * MIB, "activations": activations * MIB}
    return Estimate("tiny-gpt2", method, "cpu", "float32", "float32", 10, 100, load={"weights": weights * MIB},
                    train=sizes).as_dict()  # fmt: skip


def record(case, peak, seconds, told):
    cost = Cost(Phase(0.4), Phase(seconds, peak_memory_bytes=peak), None, "process RSS", BASELINE)
    return replace(measured(case, 6), cost=cost, resolved={"estimate": told} if told else {})


@pytest.fixture
def table():
    _, _, lora, qlora = cases_of("cost", "everyday")
    records = [
        record(lora, BASELINE + 1000 * MIB, 10.0, predicted("lora", 400, 500)),
        record(qlora, BASELINE + 900 * MIB, 31.0, predicted("qlora", 380, 500)),
    ]
    return memory(groups(records)[0])


def test_predicted_stands_beside_measured_with_the_residual(table):
    row = table.rows[1]
    assert (row.name, row.phase, row.parts) == ("lora", "train", ("400.0", "500.0"))
    assert (row.predicted, row.measured, row.residual) == ("900.0", "1000.0", "+100.0 (10.0 %)")
    assert table.counted == "process RSS"


def test_a_phase_that_was_not_measured_has_a_prediction_alone(table):
    assert (table.rows[0].phase, table.rows[0].predicted, table.rows[0].measured) == ("load", "400.0", "–")


def test_it_says_that_qlora_did_not_help_and_what_it_cost(table):
    (remark,) = table.remarks
    assert remark.startswith("qlora: QLoRA will not help here: it saves 20.0 MiB")
    assert remark.endswith("Measured: 100.0 MiB less, 3.1 times the training time.")


def test_without_predictions_there_is_no_table():
    assert memory(groups([measured(case, 6) for case in cases_of("cost", "everyday")])[0]) is None


def test_a_reason_in_place_of_a_prediction_is_no_row():
    (base, *_) = cases_of("cost", "everyday")
    assert memory(groups([record(base, BASELINE, 1.0, {"why": "a choice by content"})])[0]) is None


def test_seeds_of_a_method_are_one_row():
    lora = cases_of("cost", "everyday")[2]
    records = [record(replace(lora, seed=seed), BASELINE, 1.0, predicted("lora", 1, 1)) for seed in (0, 1)]
    assert len(memory(groups(records)[0]).rows) == 2
