from dataclasses import replace

from bench.case import Case
from bench.record import Cost, Phase
from bench.report.curves import loss_plot, validation
from bench.report.equal import equal
from bench.report.groups import groups
from bench.report.render import write_reports
from tests.report.sample import PAYLOADS, cases_of, measured, write_run

TRAIN = {"examples": 400, "epochs": 6.0, "batch_size": 8, "accumulation": 2, "learning_rate": 4e-4, "max_length": 256}
SWEEP = [
    {"learning_rate": 1e-3, "validation_loss": 0.5, "seconds": 3.0},
    {"learning_rate": 4e-4, "validation_loss": 0.25, "seconds": 3.0},
    {"learning_rate": 4e-3, "validation_loss": None, "seconds": 1.0},
]


def trained(method, **train):
    resolved = {"train": TRAIN | train, "device": "cpu", "threads": 1, "dtype": "float32"}
    return measured(Case("sentiment", "tiny-gpt2", "headlines", method), 6).with_(resolved=resolved)


def table(*records):
    return equal(groups(records)[0])


def test_what_is_equal_and_what_differs_stands_in_one_line():
    line = table(trained("full"), trained("lora", learning_rate=4e-3)).line
    assert line.startswith("Equal: 400 examples, 6 epochs, 512,000 useful tokens, batch 16,")
    assert "Different: method (full, lora), learning rate (0.0004 to 0.004)." in line


def test_the_untuned_row_is_not_asked_how_it_was_trained():
    assert table(measured(cases_of("sentiment", "headlines")[0], 6)) is None


def test_one_tuned_row_is_equal_to_nothing():
    assert table(trained("full")).line == ""


def test_a_setting_that_only_some_rows_recorded_differs():
    rest = {key: value for key, value in TRAIN.items() if key != "max_length"}
    other = trained("lora").with_(resolved={"train": rest, "device": "cpu"})
    assert ("max length", "256, not recorded") in table(trained("full"), other).different


def test_unlike_training_time_is_told():
    slow = trained("lora")
    slow = slow.with_(cost=replace(slow.cost, train=Phase(50.0, 512_000)))
    assert ("training time", "24 s to 50 s") in table(trained("full"), slow).different


def test_a_sweep_is_shown_lowest_rate_first_with_the_chosen_one():
    ((name, tries),) = table(trained("full", sweep=SWEEP), trained("lora")).sweeps
    assert name == "full"
    assert [(each.rate, each.loss, each.chosen) for each in tries] == [
        ("0.0004", "0.250", True), ("0.001", "0.500", False), ("0.004", "diverged", False),
    ]  # fmt: skip


def test_multiples_of_a_rate_are_no_sweep_yet():
    assert table(trained("full", sweep=[0.5, 1, 2]), trained("lora", sweep=())).sweeps == ()


def test_findings_of_the_recipe_linter_stand_once_with_their_rows():
    lint = [{"rule": "T4", "severity": "warning", "message": "warm-up is longer than training"}]
    full = trained("full")
    found = table(full.with_(resolved=full.resolved | {"lint": lint}), trained("lora")).lint
    assert found == ("full: T4 (warning): warm-up is longer than training",)


def test_a_hostile_finding_is_escaped_and_no_odd_entry_breaks_the_page(tmp_path):
    odd = {
        "train": TRAIN | {"sweep": "x", "validation_curve": [1, "a", [1], {"step": 1}]},
        "lint": [3, {"message": PAYLOADS[0]}],
    }
    records = [trained(method).with_(resolved=odd) for method in ("full", "lora")]
    html, markdown = (write_reports(write_run(tmp_path / "run", records))[place].read_text() for place in (2, 1))
    assert PAYLOADS[0] not in html
    assert "Recipe note" in html
    assert "<script" not in markdown


def test_validation_looks_are_read_as_pairs_or_as_named_numbers():
    full = trained("full", validation_curve=[[10, 0.5, 0.9], {"step": 20, "loss": 0.4}, [30, float("inf")]])
    assert validation(full) == [(10, 0.5), (20, 0.4)]
    assert "Validation loss" in str(loss_plot(groups([full])[0], "p"))


def test_a_model_that_never_trained_has_no_curve():
    assert loss_plot(groups([measured(cases_of("sentiment", "headlines")[0], 4)])[0], "p") is None


def test_a_row_that_died_before_training_is_left_out():
    dead = trained("lora").with_(status="error", reason="boom", resolved={}, cost=Cost())
    assert table(trained("full"), dead).rows == 1
