import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from bench import catalog
from bench.errors import UserError
from bench.models import ModelSource, fixture, hub, local, positions, shape
from bench.models._weights import byte_tokenizer, prefer_fused_gelu
from tests.micro import micro_config, micro_model, micro_source


@pytest.fixture
def folder(tmp_path):
    micro_source(tmp_path / "model")
    return tmp_path / "model"


def refused(folder, why):
    with pytest.raises(UserError, match=why) as caught:
        local.open(str(folder)).load()
    assert "\n" not in str(caught.value)


def test_local_folder_opens_loads_and_tokenises(folder):
    source = local.open(str(folder))
    assert source.name == f"local:{folder}"
    assert source.no_quality == ""
    model, tokenizer = source.load(), source.tokenizer()
    assert model.config.vocab_size == 259
    assert not model.training
    assert tokenizer.decode(tokenizer("hé\n x")["input_ids"]) == "hé\n x"


def test_local_path_is_relative_to_the_working_directory(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert local.open("model").folder == folder


def test_missing_folder_is_refused(tmp_path):
    refused(tmp_path / "none", "no folder")


def test_local_without_a_path_is_refused():
    with pytest.raises(UserError, match="needs a folder"):
        local.open("")


@pytest.mark.parametrize(("file", "why"), [("config.json", "no config.json"), ("tokenizer.json", "no tokenizer")])
def test_missing_file_is_refused(folder, file, why):
    (folder / file).unlink()
    refused(folder, why)


def test_missing_weights_are_refused(folder):
    (folder / "model.safetensors").unlink()
    refused(folder, "no weights")


def test_pickled_weights_alone_are_refused_with_what_to_do(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    refused(folder, "holds only pytorch_model.bin; convert it to safetensors")


def test_config_that_is_a_git_lfs_pointer_is_refused(folder):
    (folder / "config.json").write_text("version https://git-lfs.github.com/spec/v1\n")
    refused(folder, "config.json is not a JSON object")


def test_missing_weight_is_refused_instead_of_drawn_at_random(folder):
    weights = load_file(folder / "model.safetensors")
    del weights["transformer.h.0.attn.c_attn.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    refused(folder, "weights are not whole, 1 missing")


def test_weights_of_another_shape_are_refused(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"n_inner": 16}))
    refused(folder, "6 weights do not fit config.json")


def test_truncated_weights_are_refused(folder):
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    refused(folder, "holds no whole safetensors file")


def test_content_key_follows_the_bytes_and_neither_name_nor_readme(folder, tmp_path):
    key = local.open(str(folder)).sha256()
    shutil.copytree(folder, tmp_path / "copy")
    (tmp_path / "copy" / "README.md").write_text("other words")
    assert local.open(str(tmp_path / "copy")).sha256() == key
    (tmp_path / "copy" / "config.json").write_text((folder / "config.json").read_text() + " ")
    assert local.open(str(tmp_path / "copy")).sha256() != key


def test_tokenizer_without_a_pad_token_pads_with_eos(folder):
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    del settings["pad_token"]
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    tokenizer = local.open(str(folder)).tokenizer()
    assert tokenizer.pad_token_id == tokenizer.eos_token_id == shape.EOS


def test_tokenizer_without_eos_is_refused(folder):
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    del settings["eos_token"]
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    with pytest.raises(UserError, match="no EOS token"):
        local.open(str(folder)).tokenizer()


def test_unknown_fixture_gets_the_nearest_name(monkeypatch):
    monkeypatch.setattr(catalog, "fixture_models", lambda: ["tiny-gpt2"])
    with pytest.raises(UserError, match="Did you mean 'tiny-gpt2'"):
        fixture.open("tiny-gtp2")


def test_real_llama_loads_with_its_own_tokenizer(shared):
    source = local.open(str(shared("models/stories260K")))
    assert source.load().num_parameters() == 260_032
    tokenizer = source.tokenizer()
    assert (tokenizer.eos_token_id, tokenizer.pad_token_id, tokenizer("Once")["input_ids"][0]) == (2, 2, 1)


def test_hub_model_that_is_not_cached_needs_the_network_option(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.delenv("BENCH_HUB", raising=False)
    with pytest.raises(UserError, match=r"^hub:openai-community/gpt2 needs the network; add --bench-hub$"):
        hub.open("openai-community/gpt2")


def test_hub_model_in_the_cache_opens_offline_and_is_keyed_by_its_commit(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    cache, commit = tmp_path / "models--someone--small", "c" * 40
    micro_source(cache / "snapshots" / commit)
    (cache / "refs").mkdir()
    (cache / "refs" / "main").write_text(commit)
    source = hub.open("someone/small")
    assert (source.hub_id, source.revision) == ("someone/small", commit)
    assert source.load().config.n_embd == 64


def test_hub_asked_for_while_offline_fails_in_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("BENCH_HUB", "1")
    with pytest.raises(UserError, match="could not be fetched from the Hub") as caught:
        hub.open("someone/small")
    assert "\n" not in str(caught.value)


def test_unknown_shape_gets_the_nearest_name():
    with pytest.raises(UserError, match="Did you mean 'opt-125m'"):
        shape.open("opt-125")


PUBLISHED = {
    "gpt2": 124_439_808,
    "distilgpt2": 81_912_576,
    "dialogpt-medium": 354_823_168,
    "opt-125m": 125_239_296,
    "opt-1.3b": 1_315_758_080,
    "llama-3.2-1b": 1_235_814_400,
}


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_shapes_have_the_published_number_of_parameters(name):
    from transformers import AutoConfig, AutoModelForCausalLM

    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(AutoConfig.for_model(**shape.SHAPES[name]))
    assert model.num_parameters() == PUBLISHED[name]


def test_every_shape_opens_without_quality_and_with_its_own_key():
    sources = [shape.open(name) for name in shape.SHAPES]
    assert len({source.sha256() for source in sources}) == len(shape.SHAPES) == 7
    assert sources[0].no_quality == "random weights (shape:gpt2)"


def test_random_weights_are_the_same_each_time_and_leave_the_generator_alone():
    source = ModelSource("shape:micro", architecture={"model_type": "gpt2", **micro_config().to_diff_dict()})
    before = torch.get_rng_state()
    first, again = source.load(), source.load()
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(first.transformer.wte.weight, again.transformer.wte.weight)
    assert source.load(dtype="bfloat16").dtype == torch.bfloat16


def test_byte_tokenizer_reads_every_text_back():
    tokenizer = byte_tokenizer()
    text = "Ω\n\t a  b🙂 <eos2>"
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text
    assert (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id) == (256, 257, 258)


def test_fused_gelu_says_the_same_as_the_chain_of_operations():
    config = micro_config(activation_function="gelu_new")
    prefer_fused_gelu(config)
    ids = torch.arange(50)[None]
    slow, fast = (micro_model(activation_function=name) for name in ("gelu_new", config.activation_function))
    assert type(slow.transformer.h[0].mlp.act) is not type(fast.transformer.h[0].mlp.act)
    assert torch.allclose(slow(ids).logits, fast(ids).logits, atol=1e-5)


def test_positions_are_the_architectures_or_none():
    from transformers import T5Config

    assert positions(micro_config()) == 128
    assert positions(T5Config()) is None
