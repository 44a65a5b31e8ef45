"""What can be asked, from where it is opened, and what is refused."""

import json
import shutil

import pytest

from bench.config import GenerateConfig
from bench.errors import UserError
from bench.generation.generate import generate
from bench.serve.assistant import INFO, open_assistant, open_pair
from bench.serve.assistant_trained import run_and_case
from bench.serve.engine import Engine, Request
from bench.serve.export import export_case
from tests.serve.tuned import tuned


@pytest.fixture(scope="module")
def run():
    return tuned()


@pytest.fixture(scope="module")
def exported(run, tmp_path_factory):
    """method -> a folder, exported once."""
    made = {}

    def folder(method, merge=False):
        if (method, merge) not in made:
            out = tmp_path_factory.mktemp("exports") / f"{method}{merge}"
            made[method, merge] = export_case(run.source(method), "", out, merge=merge, store=run.store)
        return made[method, merge]

    return folder


@pytest.fixture
def copy(exported, tmp_path):
    """A copy of an exported folder, to be damaged."""
    return lambda method, merge=False: shutil.copytree(exported(method, merge), tmp_path / "copy")


def answers(assistant, outputs):
    said = generate(
        assistant.model,
        assistant.tokenizer,
        [output.prompt for output in outputs],
        GenerateConfig(max_new_tokens=12),
        device="cpu",
        seed=0,
        stop=assistant.stop,
    )
    return [each.text for each in said]


@pytest.mark.parametrize("method", ["lora", "lora_by_hand", "full", "prefix", "alpaca"])
def test_a_runs_model_says_what_it_said_in_the_run(run, method):
    assistant = open_assistant(run.source(method), store=run.store)
    outputs = run.outputs(method)
    assert answers(assistant, outputs) == [output.text for output in outputs]


@pytest.mark.parametrize(
    ("method", "merge"), [("lora", False), ("lora", True), ("lora_by_hand", False), ("full", False), ("prefix", False)]
)
def test_an_exported_folder_says_what_was_said_in_the_run(run, exported, method, merge):
    assistant = open_assistant(str(exported(method, merge)))
    outputs = run.outputs(method)
    assert answers(assistant, outputs) == [output.text for output in outputs]


@pytest.mark.parametrize("method", ["lora", "lora_by_hand", "full", "prefix", "alpaca"])
def test_the_engine_says_what_was_said_in_the_run(run, method):
    outputs = run.outputs(method)
    with Engine([open_assistant(run.source(method), store=run.store)]) as engine:
        streams = [engine.submit(Request(output.instruction)) for output in outputs]
        assert [stream.answer(60).text for stream in streams] == [output.text for output in outputs]


def test_a_tuned_model_is_asked_in_the_template_it_was_tuned_with(run, exported):
    assert open_assistant(run.source("alpaca"), store=run.store).template == "alpaca"
    assert open_assistant(str(exported("alpaca"))).template == "alpaca"


def test_what_an_assistant_says_of_itself(run):
    assistant = open_assistant(run.source("lora"), store=run.store)
    assert assistant.name == "micro-things-lora-s0"
    assert assistant.max_positions == 256
    assert assistant.stop_ids == (257,)
    assert assistant.max_new_tokens == 12
    assert not assistant.model.training
    assert assistant.info["model_type"] == "things_assistant"


def test_no_place_on_this_machine_is_in_what_it_says(run):
    assistant = open_assistant(run.source("lora"), store=run.store)
    assert str(run.run.parent) not in json.dumps(dict(assistant.info))
    assert assistant.info["base_model"] == "micro"


def test_a_case_is_also_named_by_its_label_or_beside_the_run(run):
    named = open_assistant(str(run.run), case="micro-things-full-s0", store=run.store)
    assert named.name == "micro-things-full-s0"


def test_a_case_with_colons_is_parted_at_the_run_folder(run):
    folder, case = run_and_case(f"{run.run}:try[micro-things-lora:r=8-s0]", "")
    assert (folder, case) == (run.run, "try[micro-things-lora:r=8-s0]")


def test_a_base_model_is_asked_the_bare_question(run):
    assistant = open_assistant("tiny-gpt2")
    assert (assistant.name, assistant.template, assistant.base) == ("tiny-gpt2", "raw", "")


def test_a_plain_folder_is_a_base_model_named_without_its_place(run):
    assert open_assistant(str(run.model)).name == "micro"


def test_a_base_model_can_be_asked_in_another_template(run):
    assert open_assistant(str(run.model), template="alpaca").template == "alpaca"


def test_a_tuned_model_in_another_template_is_refused(run):
    with pytest.raises(UserError, match="asked in the template it was tuned with"):
        open_assistant(run.source("lora"), template="raw", store=run.store)


def test_the_pair_of_a_tuned_model_is_its_base(run):
    tuned_model, base = open_pair(run.source("lora"), "base", store=run.store)
    assert (tuned_model.name, base.name) == ("micro-things-lora-s0", "micro")


def test_two_that_are_compared_have_the_same_length_limit(run):
    tuned_model, base = open_pair(run.source("lora"), "base", store=run.store)
    assert tuned_model.max_new_tokens == base.max_new_tokens == 12


def test_a_model_without_an_end_of_positions_has_a_limit_all_the_same():
    assert open_assistant("tiny-t5").max_positions == 2048


def test_the_base_of_a_base_model_is_refused(run):
    with pytest.raises(UserError, match="is itself a base model"):
        open_pair("tiny-gpt2", "base")


def test_two_of_the_same_name_are_refused():
    with pytest.raises(UserError, match="both called 'tiny-gpt2'"):
        open_pair("tiny-gpt2", "tiny-gpt2")


@pytest.mark.parametrize(
    ("source", "case", "said"),
    [
        ("nonsense", "", "no exported folder, no RUN_FOLDER:CASE"),
        ("nonsense", "lora", "no run folder"),
        ("RUN", "", r"5 cases are meant; name one of try\[micro-things-lora-s0\]"),
        ("RUN", "try[micro-things-lra-s0]", "Did you mean 'try.micro-things-lora-s0"),
        ("RUN", "try[micro-things-base-s0]", "its method trains nothing"),
    ],
)
def test_what_is_not_there_is_told_in_one_line(run, source, case, said):
    with pytest.raises(UserError, match=said) as caught:
        open_assistant(source.replace("RUN", str(run.run)), case=case, store=run.store)
    assert "\n" not in str(caught.value)


def test_a_link_to_a_run_that_is_gone_is_told_as_that(tmp_path):
    (tmp_path / "latest").symlink_to(tmp_path / "swept")
    with pytest.raises(UserError, match="latest leads to a folder that is gone; run a suite again"):
        open_assistant(f"{tmp_path / 'latest'}:try[micro-things-lora-s0]")


def test_weights_that_left_the_store_are_named(run, tmp_path):
    with pytest.raises(UserError, match=r"its trained weights are not in .*--store"):
        open_assistant(run.source("lora"), store=tmp_path)


def test_another_base_model_than_the_tuned_one_is_named_by_its_field(run, tmp_path):
    text = next(run.run.glob("cases/*lora-s0*.json")).read_text()
    (tmp_path / "run" / "cases").mkdir(parents=True)
    (tmp_path / "run" / "cases" / "one.json").write_text(text.replace(f"local:{run.model}", "tiny-gpt2"))
    with pytest.raises(UserError, match=r"made with another tokenizer .* weights "):
        open_assistant(str(tmp_path / "run"), store=run.store)


def test_one_flipped_bit_of_the_weights_is_found(copy):
    folder = copy("full")
    weights = bytearray((folder / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (folder / "model.safetensors").write_bytes(weights)
    with pytest.raises(UserError, match=r"model\.safetensors is not the file that was exported"):
        open_assistant(str(folder))


def test_a_file_that_was_added_to_the_weights_is_refused(copy):
    folder = copy("full")
    shutil.copy(folder / "model.safetensors", folder / "other.safetensors")
    with pytest.raises(UserError, match=r"other\.safetensors was not exported"):
        open_assistant(str(folder))


@pytest.mark.parametrize("change", [{"template": "raw"}, {"template": "inst"}])
def test_another_template_in_the_folder_is_a_mismatch_of_that_field(copy, change):
    folder = copy("lora")
    info = json.loads((folder / INFO).read_text()) | change
    (folder / INFO).write_text(json.dumps(info))
    with pytest.raises(UserError, match="made with another template"):
        open_assistant(str(folder))


def test_another_method_than_the_exported_one_is_refused(copy):
    folder = copy("lora")
    info = json.loads((folder / INFO).read_text()) | {"fine_tuning_method": "qlora"}
    (folder / INFO).write_text(json.dumps(info))
    with pytest.raises(UserError, match=r"the method in model_info\.json \('qlora'\) or the settings"):
        open_assistant(str(folder))


def test_another_base_model_under_an_adapter_is_a_mismatch_of_the_weights(copy):
    folder = copy("lora")
    info = json.loads((folder / INFO).read_text()) | {"base_model": "tiny-gpt2"}
    (folder / INFO).write_text(json.dumps(info))
    with pytest.raises(UserError, match="made with another weights"):
        open_assistant(str(folder))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": 3}', "[" * 100_000, '{"name": "a", "files": []}'])
def test_a_damaged_model_info_is_told_in_one_line(copy, text):
    folder = copy("lora")
    (folder / INFO).write_text(text)
    with pytest.raises(UserError, match="export the model again") as caught:
        open_assistant(str(folder))
    assert "\n" not in str(caught.value)


def test_a_folder_with_nothing_but_a_pickle_is_refused(copy):
    folder = copy("full")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(UserError, match=r"holds only pytorch_model\.bin; convert it to safetensors"):
        open_assistant(str(folder))
    (folder / INFO).unlink()
    with pytest.raises(UserError, match=r"holds only pytorch_model\.bin; convert it to safetensors"):
        open_assistant(str(folder))


def test_an_adapter_of_somebody_else_is_refused(copy):
    folder = copy("lora")
    (folder / INFO).unlink()
    with pytest.raises(UserError, match=r"an adapter without model_info\.json"):
        open_assistant(str(folder))
