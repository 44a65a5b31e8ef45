"""An export that stays beside its base as `local:PATH`: asked word for word, never trained on, and counted right."""

import json
import shutil
from dataclasses import replace

import pytest

from bench import catalog
from bench.case import Case
from bench.config import GenerateConfig, TrainConfig
from bench.errors import UserError
from bench.generation.generate import generate
from bench.measure.parameters import parameter_counts
from bench.models import local
from bench.models._exported import HOW
from bench.record import read_outputs
from bench.run.executors.inline import InlineExecutor
from bench.run.runner import Runner, Settings
from bench.serve.assistant import INFO, open_assistant, open_pair
from bench.serve.export import export_case
from bench.training.opening import opened
from tests.micro import micro_source
from tests.serve.tuned import rows, run_of
from tests.test_plugin import refused as refused_command

TOKENS = ("prefix", "prompt_tuning", "p_tuning")
QUANTISED = "qlora:quantisation=fp4"
T5 = "tiny-t5"
"""Stands for prefix tuning of an encoder-decoder model."""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("unmerged")


@pytest.fixture(scope="module")
def first(root):
    """name -> the record of the tuned case."""
    model, data = root / "micro", root / "things.jsonl"
    micro_source(model, n_positions=256, n_layer=1, initializer_range=0.2)
    data.write_text("".join(json.dumps(row) + "\n" for row in rows()), encoding="utf-8")
    train = TrainConfig(max_steps=2, batch_size=2, max_examples=4, learning_rate=0.01)
    asked = GenerateConfig(max_examples=2, max_new_tokens=12)
    case = Case("try", f"local:{model}", str(data), "prefix", metrics=("rouge:L",), train=train, generate=asked)
    cases = {method: case.with_method(method) for method in (*TOKENS, QUANTISED)}
    return run_of(root / "first", cases | {T5: replace(case, model="tiny-t5")})


@pytest.fixture(scope="module")
def exports(root, first):
    """name -> its exported folder."""
    options = {"store": root / "first" / "store"}
    return {
        name: export_case(f"{root / 'first' / 'run'}:{record.case.id}", "", root / f"out{at}", **options)
        for at, (name, record) in enumerate(first.items())
    }


@pytest.fixture(scope="module")
def again(root, first, exports):
    """name -> the record of its export, measured as a base model."""
    cases = {name: base_case(first[name].case, folder) for name, folder in exports.items()}
    return run_of(root / "again", cases)


@pytest.fixture
def copy(exports, tmp_path):
    """name -> a copy of its export, to be damaged."""
    return lambda name: shutil.copytree(exports[name], tmp_path / "copy")


def base_case(case, folder):
    return replace(case, model=f"local:{folder}", method="base")


def said(folder, record, form="template"):
    outputs = read_outputs(folder / "run" / record.outputs_file)
    return [
        (each.prompt, each.text, each.reference_logprob, each.distractor_logprob)
        for each in outputs
        if each.form == form
    ]


def change_info(folder, **changes):
    (folder / INFO).write_text(json.dumps(json.loads((folder / INFO).read_text()) | changes))


def refused(tmp_path, case):
    """The record of a case that cannot run; nothing is started for it."""
    runner = Runner(Settings(tmp_path / "run", tmp_path / "store", device="cpu"), InlineExecutor())
    runner.plan([case], "pytest -m bench")
    return runner.run(case)


@pytest.mark.parametrize("name", [*TOKENS, QUANTISED, T5])
def test_an_export_says_and_weighs_word_for_word_what_the_tuned_model_did(root, first, again, name):
    assert said(root / "again", again[name]) == said(root / "first", first[name])
    assert again[name]["rougeL@template"] == first[name]["rougeL"]
    assert again[name].form == "raw"


@pytest.mark.parametrize("name", [*TOKENS, QUANTISED, T5])
def test_parameters_are_those_of_base_and_adapter_measured_and_predicted(again, exports, name):
    base = local.open(str(exports[name])).adapter.base.load()
    cost = again[name].cost
    added = cost.total_params - parameter_counts(base)[1]
    assert cost.trainable_params == 0
    assert added == sum(tensor.numel() for tensor in adapter(exports[name]).values())
    assert again[name].resolved["estimate"]["total_params"] == cost.total_params


def adapter(folder):
    from safetensors.torch import load_file

    return load_file(folder / "adapter_model.safetensors")


def test_four_bits_are_predicted_as_four_bits(again):
    load = again[QUANTISED].resolved["estimate"]["load"]
    assert load["quantisation constants"] > 0
    assert load["weights"] < 4 * again[QUANTISED].cost.total_params / 2


def test_learned_tokens_take_positions_from_the_text(exports):
    source = local.open(str(exports["prefix"]))
    model, tokenizer = opened(source, dtype="float32", device="cpu"), source.tokenizer()
    ask = GenerateConfig(max_new_tokens=6)
    assert generate(model, tokenizer, ["a" * 240], ask, device="cpu", seed=0)
    with pytest.raises(UserError, match="over the model's 246 positions"):
        generate(model, tokenizer, ["a" * 241], ask, device="cpu", seed=0)


@pytest.mark.parametrize("method", ["full", "lora", "qlora", "prefix"])
def test_a_training_method_is_skipped_with_one_line_before_anything_runs(first, exports, tmp_path, method):
    case = base_case(first["prefix"].case, exports["prefix"]).with_method(method)
    record = refused(tmp_path, case)
    assert record.status == "skipped"
    assert "prefix's learned tokens are no change of a weight; train local:" in record.reason
    assert "\n" not in record.reason
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("method", ["full", "lora", "qlora", "lora_by_hand", "frozen"])
def test_no_method_prepares_it_for_training(exports, method):
    module, _ = catalog.load("method", method)
    source = local.open(str(exports[QUANTISED]))
    with pytest.raises(UserError, match=r"no base to train: qlora's adapter .* export it with --merge"):
        module.prepare(source, module.Config(), dtype="float32", device="cpu", seed=0)


def test_a_named_training_method_that_fits_no_named_model_is_refused_before_the_run(exports):
    line = refused_command("--bench-model", f"local:{exports[QUANTISED]}", "--bench-method", "base,lora")
    assert "no base to train: qlora's adapter stands beside four-bit weights; export it with --merge" in line


@pytest.mark.parametrize("name", ["p_tuning", QUANTISED])
def test_one_flipped_bit_is_found(first, copy, tmp_path, name):
    weights = bytearray((folder := copy(name)).joinpath("adapter_model.safetensors").read_bytes())
    weights[-1] ^= 1
    (folder / "adapter_model.safetensors").write_bytes(weights)
    record = refused(tmp_path, base_case(first[name].case, folder))
    assert record.status == "error"
    assert record.reason.endswith("adapter_model.safetensors is not the file that was exported; export the model again")


@pytest.mark.parametrize("name", ["prompt_tuning", QUANTISED])
def test_another_base_than_the_tuned_one_is_named(first, copy, tmp_path, name):
    change_info(folder := copy(name), base_model="tiny-gpt2")
    record = refused(tmp_path, base_case(first[name].case, folder))
    assert "tiny-gpt2 is not the model that this adapter was trained beside" in record.reason


@pytest.mark.parametrize("method", ["lora", "qlora"])
def test_an_edited_method_is_found_before_anything_is_merged_or_unpacked(copy, method):
    change_info(folder := copy(QUANTISED), fine_tuning_method=method)
    with pytest.raises(UserError, match=f"the method in model_info.json \\('{method}'\\) or the settings") as caught:
        local.open(str(folder))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("method", ["lora", "qlora"])
def test_an_edited_method_is_found_in_an_export_without_the_hash(copy, method):
    change_info(folder := copy(QUANTISED), fine_tuning_method=method, **{HOW: None})
    with pytest.raises(UserError, match=f"'{method}' is not the method of try.*{QUANTISED}"):
        local.open(str(folder))


def test_an_export_without_the_hash_is_opened_as_before(exports, copy):
    change_info(folder := copy(QUANTISED), **{HOW: None})
    assert local.open(str(folder)).sha256() == local.open(str(exports[QUANTISED])).sha256()


def test_other_four_bits_make_another_content_key(exports):
    adapter = local.open(str(exports[QUANTISED])).adapter
    assert replace(adapter, method="qlora").sha256() != adapter.sha256()


def test_a_length_that_the_tokens_do_not_have_is_told_in_one_line(copy):
    method = "prefix:virtual_tokens=7"
    change_info(folder := copy("prefix"), fine_tuning_method=method, case=f"try[a-{method}-s0]", **{HOW: None})
    with pytest.raises(UserError, match="num_virtual_tokens 10 instead of 7"):
        opened(local.open(str(folder)), dtype="float32", device="cpu")


@pytest.mark.parametrize("name", ["prompt_tuning", QUANTISED, T5])
def test_a_local_name_is_opened_for_chat_in_the_template_of_the_tuning(first, exports, name):
    assistant = open_assistant(f"local:{exports[name]}")
    assert (assistant.template, assistant.base) == (first[name].case.template, first[name].case.model)
    assert assistant.max_positions == {"prompt_tuning": 236, QUANTISED: 256, T5: 2048}[name]


def test_a_local_name_is_asked_in_no_other_template(exports):
    with pytest.raises(UserError, match="is asked in the template it was tuned with"):
        open_assistant(f"local:{exports['prefix']}", template="raw")


def test_a_local_name_is_compared_with_its_base(exports):
    names = [each.name for each in open_pair(f"local:{exports['p_tuning']}", "base")]
    assert len(names) == 2


def test_an_untuned_case_over_an_export_has_nothing_to_export(root, again, tmp_path):
    source = f"{root / 'again' / 'run'}:{again['prefix'].case.id}"
    with pytest.raises(UserError, match="no case of this run was trained"):
        export_case(source, "", tmp_path / "out", store=root / "again" / "store")
