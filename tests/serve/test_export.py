"""What an export holds, that others can load it, and that nothing half-written is left behind."""

import json
import os
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from bench.cli import app
from bench.errors import UserError
from bench.record import read_outputs
from bench.serve import export
from bench.serve.assistant import INFO
from bench.serve.export import export_case
from tests.serve.tuned import run_of, tuned

KEYS = ("model_type", "base_model", "fine_tuning_method", "description")


@pytest.fixture(scope="module")
def run():
    return tuned()


@pytest.fixture(scope="module")
def adapter(run, tmp_path_factory):
    return export_case(run.source("lora"), "", tmp_path_factory.mktemp("adapter") / "out", store=run.store)


@pytest.fixture(scope="module")
def merged(run, tmp_path_factory):
    out = tmp_path_factory.mktemp("merged") / "out"
    return export_case(run.source("lora"), "", out, merge=True, store=run.store)


def info_of(folder):
    return json.loads((folder / INFO).read_text())


def plainly_asked(model, tokenizer, prompt):
    """As somebody without this project asks: the folder's own generation settings."""
    from transformers import GenerationConfig

    read = tokenizer(prompt, return_tensors="pt")
    settings = GenerationConfig.from_pretrained(tokenizer.name_or_path)
    out = model.generate(**read, generation_config=settings)
    return tokenizer.decode(out[0, read["input_ids"].shape[1] :], skip_special_tokens=True)


def test_an_adapter_loads_with_plain_peft_and_says_the_same(run, adapter):
    from peft import AutoPeftModelForCausalLM
    from transformers import AutoTokenizer

    model = AutoPeftModelForCausalLM.from_pretrained(adapter)
    said = run.outputs("lora")[0]
    assert plainly_asked(model, AutoTokenizer.from_pretrained(adapter), said.prompt) == said.text


def test_merged_weights_load_with_plain_transformers_and_say_the_same(run, merged):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(merged)
    said = run.outputs("lora")[0]
    assert plainly_asked(model, AutoTokenizer.from_pretrained(merged), said.prompt) == said.text


def test_the_files_of_an_adapter(adapter):
    names = {path.name for path in adapter.iterdir()}
    assert {"adapter_model.safetensors", "adapter_config.json", "tokenizer.json", "README.md", INFO} <= names
    assert not [name for name in names if name.endswith((".bin", ".pt", ".pkl"))]


def test_model_info_begins_with_the_lectures_four_keys(adapter):
    info = info_of(adapter)
    assert tuple(info)[:4] == KEYS
    assert info["fine_tuning_method"] == "lora"


def test_model_info_holds_template_scores_and_fingerprint(run, adapter):
    info = info_of(adapter)
    assert info["template"] == "instruction_input_response"
    assert info["scores"]["rougeL"]["value"] == run.records["lora"]["rougeL"]
    assert info["scores"]["rougeL"]["n"] == 2
    assert info["run_fingerprint"] == run.records["lora"].fingerprint["id"]


def test_the_base_models_scores_stand_beside(run, adapter):
    assert info_of(adapter)["base_scores"]["rougeL"]["value"] == run.records["base"]["rougeL"]


def test_the_model_card_holds_the_measured_table(run, adapter):
    text = (adapter / "README.md").read_text()
    row = next(line for line in text.splitlines() if line.startswith("| ROUGE-L"))
    assert f"{run.records['lora']['rougeL']:.3f}" in row
    assert f"{run.records['base']['rougeL']:.3f}" in row


def test_no_place_on_this_machine_is_in_the_card(run, adapter, merged):
    for folder in (adapter, merged):
        assert str(run.run.parent) not in (folder / "README.md").read_text()


def test_a_merged_export_names_no_place_but_where_it_can_be_opened_again(run, merged):
    info = info_of(merged)
    info.pop("base_model")
    assert str(run.run.parent) not in json.dumps(info)


@pytest.mark.skipif(os.name == "nt", reason="modes as on POSIX")
def test_others_may_read_the_files(adapter):
    assert {path.stat().st_mode & 0o777 for path in adapter.iterdir()} == {0o644}


def test_the_hub_reads_the_model_cards_scores(run, adapter):
    from huggingface_hub import ModelCard

    data = ModelCard.load(adapter / "README.md").data
    assert data.library_name == "peft"
    assert {each.metric_type: each.metric_value for each in data.eval_results}["rougeL"] == run.records["lora"][
        "rougeL"
    ]


def test_a_method_without_a_format_of_its_own_is_written_whole(run, tmp_path):
    folder = export_case(run.source("lora_by_hand"), "", tmp_path / "out", store=run.store)
    assert (folder / "model.safetensors").is_file()
    assert info_of(folder)["format"] == "weights"


def test_virtual_tokens_cannot_be_merged_and_nothing_is_left(run, tmp_path):
    with pytest.raises(UserError, match="cannot be merged"):
        export_case(run.source("prefix"), "", tmp_path / "out", merge=True, store=run.store)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("kind", ["merged", "adapter"])
def test_an_export_is_measured_again_in_its_template(run, kind, tmp_path, request):
    tuned_case = run.records["lora"].case
    case = replace(tuned_case, model=f"local:{request.getfixturevalue(kind)}", method="base")
    record = run_of(tmp_path, {"again": case})["again"]
    said = [each.text for each in read_outputs(tmp_path / "run" / record.outputs_file) if each.form == "template"]
    assert said == [each.text for each in run.outputs("lora")]
    assert record["rougeL@template"] == run.records["lora"]["rougeL"]


def test_an_existing_export_is_refused_without_force(run, adapter):
    with pytest.raises(UserError, match="replace it with --force"):
        export_case(run.source("full"), "", adapter, store=run.store)


def test_force_replaces_an_export(run, tmp_path):
    export_case(run.source("full"), "", tmp_path / "out", store=run.store)
    export_case(run.source("lora"), "", tmp_path / "out", force=True, store=run.store)
    assert not (tmp_path / "out" / "model.safetensors").exists()
    assert os.listdir(tmp_path) == ["out"]


def test_force_never_removes_what_is_no_export(run, tmp_path):
    (tmp_path / "thesis.txt").write_text("months of work")
    with pytest.raises(UserError, match="no exported model"):
        export_case(run.source("full"), "", tmp_path, force=True, store=run.store)
    assert (tmp_path / "thesis.txt").read_text() == "months of work"


def test_a_disk_that_fills_up_leaves_the_earlier_export(run, tmp_path, monkeypatch):
    export_case(run.source("full"), "", tmp_path / "out", store=run.store)
    before = info_of(tmp_path / "out")

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export, "card_of", full)
    with pytest.raises(OSError, match="No space left"):
        export_case(run.source("lora"), "", tmp_path / "out", force=True, store=run.store)
    assert info_of(tmp_path / "out") == before
    assert os.listdir(tmp_path) == ["out"]


def test_the_command_prints_the_folder(run, tmp_path):
    command = ["export", str(run.run), run.records["full"].case.label, "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, [*command, "--store", str(run.store)])
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == str(tmp_path / "out")
