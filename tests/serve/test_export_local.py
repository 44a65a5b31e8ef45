"""An exported adapter as `local:PATH`: asked as it is, trained further, refused where it is not what was exported."""

import json
import shutil
from dataclasses import replace

import pytest
import torch

from bench import catalog
from bench.errors import UserError
from bench.methods import configure
from bench.models import local
from bench.models._exported import SETTINGS
from bench.serve.assistant import INFO
from bench.serve.assistant_trained import find_trained, open_trained
from bench.serve.export import export_case
from bench.training.artifacts import restore, save
from tests.serve.tuned import run_of, tuned

IDS = torch.arange(40, 60)[None]


@pytest.fixture(scope="module")
def run():
    return tuned()


@pytest.fixture(scope="module")
def exported(run, tmp_path_factory):
    """method -> its export, unmerged, made once."""
    made = {}

    def folder(method):
        if method not in made:
            out = tmp_path_factory.mktemp(method) / "out"
            made[method] = export_case(run.source(method), "", out, store=run.store)
        return made[method]

    return folder


@pytest.fixture
def copy(exported, tmp_path):
    """A copy of the exported LoRA adapter, to be damaged."""
    return shutil.copytree(exported("lora"), tmp_path / "copy")


def logits(model):
    with torch.no_grad():
        return model(IDS).logits


def change_info(folder, **changes):
    info = json.loads((folder / INFO).read_text()) | changes
    (folder / INFO).write_text(json.dumps(info))


def test_an_adapters_logits_are_those_of_the_tuned_model(run, exported):
    trained = open_trained(find_trained(run.run, run.records["lora"].case.id, run.store))
    opened = local.open(str(exported("lora"))).load()
    assert torch.allclose(logits(opened), logits(trained.model), atol=1e-4)
    assert not hasattr(opened, "peft_config")


def test_an_adapter_is_asked_with_the_exports_tokenizer(run, exported):
    source = local.open(str(exported("lora")))
    assert source.tokenizer().chat_template
    assert source.adapter.base.tokenizer().chat_template is None


def test_the_content_key_of_an_adapter_is_neither_its_bases_nor_another_adapters(exported):
    one, other = (local.open(str(exported(method))) for method in ("lora", "alpaca"))
    assert len({one.sha256(), other.sha256(), one.adapter.base.sha256()}) == 3


@pytest.mark.parametrize("method", ["full", "lora"])
def test_training_goes_on_from_an_adapter_and_comes_back(exported, method, tmp_path):
    source = local.open(str(exported("lora")))
    module, options = catalog.load("method", method)
    config = configure(module, options, method)
    model = module.prepare(source, config, dtype="float32", device="cpu", seed=0)
    assert torch.allclose(logits(model.eval()), logits(source.load()), atol=1e-5)
    with torch.no_grad():
        for weight in (each for each in model.parameters() if each.requires_grad):
            weight += 0.01
    save(model, tmp_path)
    again = restore(source, module, config, tmp_path, dtype="float32", device="cpu")
    assert torch.allclose(logits(again), logits(model), atol=1e-5)


def test_four_bit_training_starts_from_an_adapter_as_from_its_merged_export(run, exported, tmp_path):
    merged = export_case(run.source("lora"), "", tmp_path / "merged", merge=True, store=run.store)
    module, _ = catalog.load("method", "qlora")
    same = {"dtype": "float32", "device": "cpu", "seed": 0}
    one, other = (
        module.prepare(local.open(str(folder)), module.Config(), **same).eval() for folder in (exported("lora"), merged)
    )
    assert torch.allclose(logits(one), logits(other), atol=1e-3)


def test_an_adapter_trained_on_an_adapter_is_exported_merged(run, exported, tmp_path):
    case = replace(run.records["lora"].case, model=f"local:{exported('lora')}")
    again = run_of(tmp_path, {"again": case})["again"].case
    source, store = f"{tmp_path / 'run'}:{again.id}", tmp_path / "store"
    with pytest.raises(UserError, match="is itself an adapter"):
        export_case(source, "", tmp_path / "out", store=store)
    whole = export_case(source, "", tmp_path / "out", merge=True, store=store)
    assert local.open(str(whole)).adapter is None


def test_one_flipped_bit_of_an_adapter_is_found(copy):
    weights = bytearray((copy / "adapter_model.safetensors").read_bytes())
    weights[-1] ^= 1
    (copy / "adapter_model.safetensors").write_bytes(weights)
    with pytest.raises(UserError, match=r"adapter_model\.safetensors is not the file that was exported"):
        local.open(str(copy)).load()


def test_an_edited_setting_of_an_adapter_is_found(copy):
    settings = json.loads((copy / SETTINGS).read_text())
    (copy / SETTINGS).write_text(json.dumps(settings | {"lora_alpha": 2 * settings["lora_alpha"]}))
    with pytest.raises(UserError, match=r"or the settings in adapter_config\.json are not those of the export"):
        local.open(str(copy))


def test_an_adapters_settings_may_name_another_place_of_its_base(copy):
    settings = json.loads((copy / SETTINGS).read_text())
    (copy / SETTINGS).write_text(json.dumps(settings | {"base_model_name_or_path": "/elsewhere"}))
    assert local.open(str(copy)).load()


@pytest.mark.parametrize("text", ["", "[]", "{}"])
def test_an_adapters_damaged_settings_are_told_in_one_line(copy, text):
    (copy / SETTINGS).write_text(text)
    with pytest.raises(UserError, match=r"adapter_config\.json is not readable; export the model again"):
        local.open(str(copy))


def test_another_base_than_the_tuned_one_is_named(copy):
    change_info(copy, base_model="tiny-gpt2")
    with pytest.raises(UserError, match="tiny-gpt2 is not the model that this adapter was trained beside"):
        local.open(str(copy)).load()


def test_a_base_that_is_gone_is_named(copy):
    change_info(copy, base_model="local:/nowhere/model")
    with pytest.raises(UserError, match="no folder /nowhere/model"):
        local.open(str(copy))


def test_an_adapter_of_somebody_else_cannot_be_a_base(copy):
    (copy / INFO).unlink()
    with pytest.raises(UserError, match=r"an adapter without model_info\.json"):
        local.open(str(copy))


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000, '{"base_model": 3}'])
def test_an_adapters_damaged_model_info_is_told_in_one_line(copy, text):
    (copy / INFO).write_text(text)
    with pytest.raises(UserError, match="export the model again") as caught:
        local.open(str(copy))
    assert "\n" not in str(caught.value)
