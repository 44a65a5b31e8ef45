"""The path of one case, for real: a few steps of training on the shipped base model, in a child process."""

import json
import shutil
import threading
from dataclasses import replace

import pytest

from bench.case import Case
from bench.config import GenerateConfig, TrainConfig
from bench.data.dataset import Dataset, load_dataset
from bench.data.example import Dropped
from bench.record import Claim, read_outputs, read_record
from bench.run import fingerprint as fingerprints
from bench.run.executors import INTERRUPTED, Outcome
from bench.run.executors.process import ProcessExecutor
from bench.run.runner import Runner, Settings, data_notes
from bench.run.store import Store, file_sha256

CASE = Case(
    "suite",
    "tiny-gpt2",
    "everyday",
    "lora",
    metrics=("instruction_following", "rouge:L", "completion"),
    train=TrainConfig(max_steps=2, batch_size=2),
    generate=GenerateConfig(max_examples=4, max_new_tokens=8),
)


class NoExecutor:
    """Fails the test when a case that should come from the store is run."""

    start_seconds = 0.0

    def start(self):
        raise AssertionError("started")

    run = start


@pytest.fixture(scope="module")
def executor():
    return ProcessExecutor()


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return tmp_path_factory.mktemp("store")


def a_runner(tmp_path, store, executor, **settings):
    runner = Runner(Settings(tmp_path / "out", store, device="cpu", **settings), executor)
    runner.plan([CASE], "pytest -m bench")
    return runner


@pytest.fixture(scope="module")
def made(tmp_path_factory, store, executor):
    return a_runner(tmp_path_factory.mktemp("first"), store, executor).run(CASE)


def test_a_case_trains_generates_and_scores(made):
    assert made.status == "ok", made.reason
    assert made["rougeL"] is not None
    assert made["stop_rate@raw"] is not None
    assert made.cost.train.useful_tokens > 0
    assert made.cost.train.seconds > 0
    assert 0 < made.cost.trainable_params < made.cost.total_params
    assert made.cost.adapter_bytes > 0
    assert len(made.loss_curve) == 2


def test_the_record_says_how_it_was_made(made):
    assert made.resolved["train"]["learning_rate"] > 0
    assert made.resolved["method"]["r"] == 16
    assert made.resolved["generate"]["max_new_tokens"] == 8
    assert made.environment["versions"]["torch"]
    assert made.reused == ()


def test_outputs_hold_both_prompt_forms_of_the_first_examples(tmp_path, store, made):
    runner = a_runner(tmp_path, store, NoExecutor())
    record = runner.run(CASE)
    outputs = read_outputs(runner.settings.out / record.outputs_file)
    asked = [output.form for output in outputs if output.form != "held_out"]
    assert sorted(asked) == ["raw"] * 4 + ["template"] * 4
    assert outputs[0].prompt.startswith("### Instruction:\n")


def test_forgetting_is_measured_against_the_model_before_training(tmp_path, store, made):
    runner = a_runner(tmp_path, store, NoExecutor())
    outputs = read_outputs(runner.settings.out / runner.run(CASE).outputs_file)
    held_out = [output for output in outputs if output.form == "held_out"]
    assert len(held_out) == 96
    assert all(output.nll_before > 0 and output.nll != output.nll_before for output in held_out)


def test_a_stored_case_starts_nothing_and_has_the_same_numbers(tmp_path, store, made):
    again = a_runner(tmp_path, store, NoExecutor()).run(CASE)
    assert again.scores == made.scores
    assert again.cost == made.cost
    assert again.reused == ("train", "generate", "score")


def test_the_same_case_again_gives_bit_equal_weights_and_outputs(tmp_path, made, store, executor):
    runner = a_runner(tmp_path, tmp_path / "other-store", executor)
    again = runner.run(CASE)
    weights = [Store(s).find("train", made.fingerprint["train_key"]).folder for s in (store, runner.settings.store)]
    manifests = [json.loads((folder / "step.json").read_text())["files"] for folder in weights]
    assert manifests[0] == manifests[1]
    assert again.scores == made.scores


def test_demonstrations_stand_before_each_question_and_share_the_trained_model(tmp_path, store, made, executor):
    runner = a_runner(tmp_path, store, executor)
    record = runner.run(CASE.with_shots(2))
    outputs = [o for o in read_outputs(runner.settings.out / record.outputs_file) if o.form != "held_out"]
    assert {output.form for output in outputs} == {"template"}
    assert all(output.prompt.count("### Response:") == 3 for output in outputs)
    assert "train" in record.reused
    train = {example.id for example in load_dataset("everyday").train}
    assert len(record.resolved["shots"]) == 2
    assert set(record.resolved["shots"]) <= train


def test_a_model_tuned_on_something_else_is_not_asked(tmp_path, store, made, executor):
    other = tmp_path / "store"
    shutil.copytree(store, other)
    step = Store(other).find("train", made.fingerprint["train_key"])
    stored = fingerprints.read(step.folder)
    fingerprints.write(step.folder, replace(stored, template="0" * 64))
    manifest = json.loads((step.folder / "step.json").read_text())
    manifest["files"][fingerprints.FILE] = file_sha256(step.folder / fingerprints.FILE)
    (step.folder / "step.json").write_text(json.dumps(manifest))
    Store(other).remove("generate", made.fingerprint["generate_key"])
    refused = a_runner(tmp_path, other, executor).run(CASE)
    assert refused.status == "error"
    assert "made with another template" in refused.reason


def test_a_reader_is_told_what_was_dropped_and_how_a_mixture_was_drawn():
    dropped = (Dropped("d.json:4", "the answer is empty"), Dropped("d.json:9", "the answer is empty"))
    data = Dataset("d", (), (), (), dropped=dropped, notes=("a 3 of 5 rows",))
    mixed, lost = data_notes(data)
    assert mixed == "d: a 3 of 5 rows"
    assert lost.startswith("d: 2 records or parts of them were dropped, the first at d.json:4: the answer is empty")


def test_a_damaged_adapter_is_trained_again(tmp_path, store, made, executor):
    stored = Store(store)
    folder = stored.find("train", made.fingerprint["train_key"]).folder
    next(folder.glob("*.safetensors")).write_bytes(b"broken")
    stored.remove("generate", made.fingerprint["generate_key"])
    again = a_runner(tmp_path, store, executor).run(CASE)
    assert again.status == "ok", again.reason
    assert again.scores == made.scores


def test_the_base_is_read_on_the_raw_prompt_and_trains_nothing(tmp_path, store, executor):
    base = a_runner(tmp_path, store, executor).run(CASE.with_method("base"))
    assert base.status == "ok", base.reason
    assert base.form == "raw"
    assert base["stop_rate@template"] is not None
    assert base.cost.train is None
    assert base.cost.trainable_params == 0


def test_a_model_with_random_weights_has_costs_and_no_quality(tmp_path, store, executor):
    case = replace(
        CASE,
        model="shape:distilgpt2",
        method="base",
        generate=GenerateConfig(max_examples=1, max_new_tokens=2),
    )
    record = a_runner(tmp_path, store, executor).run(case)
    assert record.status == "ok", record.reason
    assert record.cost.total_params > 50e6
    assert record["rougeL"] is None
    assert "random weights" in record.scores["rougeL"].why


def test_a_loss_that_is_not_a_number_is_a_row(tmp_path, store, executor):
    case = replace(CASE, method="full", train=TrainConfig(max_steps=8, learning_rate=1e12, warmup_ratio=0.0))
    assert a_runner(tmp_path, store, executor).run(case).status == "nan_loss"


def test_a_user_mistake_is_a_row_with_one_line(tmp_path, store):
    record = a_runner(tmp_path, store, NoExecutor()).run(replace(CASE, model="local:nowhere"))
    assert record.status == "error"
    assert "nowhere" in record.reason


def test_the_plan_is_there_before_anything_runs(tmp_path, store):
    runner = a_runner(tmp_path, store, NoExecutor())
    plan = json.loads((runner.settings.out / "plan.json").read_text())
    assert plan["cases"] == [json.loads(json.dumps(CASE.as_dict()))]


def test_a_second_run_into_the_same_folder_starts_it_anew(tmp_path, store):
    first = a_runner(tmp_path, store, NoExecutor())
    first.run(CASE)
    (first.settings.out / "cases" / "mine.json").write_text("{}")
    second = a_runner(tmp_path, store, NoExecutor())
    assert [path.name for path in (second.settings.out / "cases").iterdir()] == ["mine.json"]
    assert not list((second.settings.out / "outputs").iterdir())


def test_ctrl_c_leaves_a_row_for_the_case_under_way(tmp_path, store):
    class Interrupted(NoExecutor):
        def start(self):
            pass

        def run(self, *_):
            raise KeyboardInterrupt

    runner = a_runner(tmp_path, tmp_path / "empty", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        runner.run(CASE)
    runner.interrupt()
    assert runner.records[CASE].status == "interrupted"


def test_ctrl_c_between_two_cases_leaves_a_row_for_the_next(tmp_path, store):
    runner, second = a_runner(tmp_path, store, NoExecutor()), CASE.with_method("full")
    runner.plan([CASE, second], "pytest")
    runner.run(CASE)
    runner.interrupt()
    assert [runner.records[case].status for case in (CASE, second)] == ["ok", "interrupted"]


def test_ctrl_c_ends_the_cases_that_run_ahead_before_the_report(tmp_path, store):
    class UntilStopped(NoExecutor):
        stopped = threading.Event()
        stop = stopped.set

        def run(self, *_):
            self.stopped.wait(30)
            return INTERRUPTED

    runner = a_runner(tmp_path, tmp_path / "empty", UntilStopped(), jobs=2)
    cases = [CASE, CASE.with_method("full"), CASE.with_method("lora")]
    runner.plan(cases, "pytest")
    runner.run_ahead(cases)
    runner.interrupt()
    assert {record.status for record in runner.records.values()} == {"interrupted"}


def test_ctrl_c_after_the_last_case_changes_no_row(tmp_path, store):
    runner = a_runner(tmp_path, store, NoExecutor())
    runner.run(CASE)
    runner.interrupt()
    assert [record.status for record in runner.records.values()] == ["ok"]


def test_a_failed_claim_keeps_the_numbers(tmp_path, store, made):
    runner = a_runner(tmp_path, store, NoExecutor())
    runner.run(CASE)
    runner.claim(CASE, Claim("node", CASE.id, "failed", "assert 0.1 >= 0.9"))
    record = read_record(runner.settings.out / "cases" / f"{CASE.file_name}.json")
    assert record.status == "failed_claim"
    assert record.reason == "assert 0.1 >= 0.9"
    assert record.scores.keys() == made.scores.keys()


def test_a_case_killed_while_training_keeps_its_row(tmp_path, store):
    class Killed(NoExecutor):
        def start(self):
            pass

        def run(self, *_):
            return Outcome("killed", "the child process was ended by SIGKILL")

    record = a_runner(tmp_path, tmp_path / "empty", Killed()).run(CASE)
    assert record.status == "killed"
    assert record.scores == {}


def test_fresh_makes_every_step_again(tmp_path, store, made, executor):
    record = a_runner(tmp_path, store, executor, fresh=True).run(CASE)
    assert record.reused == ()
    assert record.scores == made.scores
