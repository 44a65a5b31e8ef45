"""Every method's trained weights, exported and loaded by plain libraries, give the logits of the trained model."""

from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file

from bench import catalog
from bench.errors import UserError
from bench.models import ModelSource
from bench.models.fixture import open as fixture
from bench.run.fingerprint import fingerprint
from bench.serve.assistant_trained import Trained
from bench.serve.export_weights import generation_settings, keeps_adapter, write_weights
from bench.training.artifacts import save
from tests.micro import micro_model, micro_source

ADAPTERS = ["lora", "dora", "rslora", "pissa", "adalora", "prefix", "prompt_tuning", "p_tuning"]
WHOLE = ["full", "frozen", "lora_by_hand"]
ROWS = ["ia3", "vera"]
VIRTUAL = ["prefix", "prompt_tuning", "p_tuning"]
IDS = torch.arange(40, 60)[None]
RESOLVED = {"generate": {"max_new_tokens": 8}, "dtype": "float32"}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    return micro_source(folder, n_positions=96, n_layer=1, initializer_range=0.2)


def trained(source, method, folder):
    """A method's model with weights that are not where they started, as training leaves it; and its logits."""
    module, _ = catalog.load("method", method)
    model = module.prepare(source, module.Config(), dtype="float32", device="cpu", seed=3).eval()
    torch.manual_seed(5)
    for weight in model.parameters():
        if weight.requires_grad:
            weight.data += torch.randn_like(weight) * 0.05
    save(model, folder)
    case = SimpleNamespace(id="try", template="raw", model=source.name)
    record = SimpleNamespace(case=case, resolved=RESOLVED)
    tokenizer = source.tokenizer()
    print_ = fingerprint("raw", tokenizer, rows="", weights="", configs={})
    made = Trained(None, record, source, tokenizer, module, module.Config(), folder, print_)
    return made, logits(model)


def logits(model):
    with torch.no_grad():
        return model.eval()(IDS).logits


@pytest.mark.parametrize("method", ADAPTERS)
def test_an_adapter_in_plain_peft(source, method, tmp_path):
    from peft import AutoPeftModelForCausalLM

    made, wanted = trained(source, method, tmp_path / "store")
    (tmp_path / "out").mkdir()
    assert write_weights(made, tmp_path / "out", merge=False) == "adapter"
    again = AutoPeftModelForCausalLM.from_pretrained(tmp_path / "out")
    assert torch.allclose(logits(again), wanted, atol=1e-3)


@pytest.mark.parametrize("method", [*WHOLE, *ROWS, *(name for name in ADAPTERS if name not in VIRTUAL)])
def test_whole_weights_in_plain_transformers(source, method, tmp_path):
    from transformers import AutoModelForCausalLM

    made, wanted = trained(source, method, tmp_path / "store")
    (tmp_path / "out").mkdir()
    assert write_weights(made, tmp_path / "out", merge=True) == "weights"
    again = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    assert torch.allclose(logits(again), wanted, atol=2e-3)


@pytest.mark.parametrize("method", ROWS)
def test_a_trained_stop_row_that_peft_would_leave_out_is_written_with_all_weights(source, method, tmp_path):
    made, _ = trained(source, method, tmp_path / "store")
    (tmp_path / "out").mkdir()
    assert write_weights(made, tmp_path / "out", merge=False) == "weights"


@pytest.mark.parametrize("method", VIRTUAL)
def test_virtual_tokens_cannot_be_merged(source, method, tmp_path):
    made, _ = trained(source, method, tmp_path / "store")
    with pytest.raises(UserError, match="cannot be merged"):
        write_weights(made, tmp_path, merge=True)


def test_a_merged_qlora_is_the_unpacked_base_with_its_adapter(source, tmp_path):
    from transformers import AutoModelForCausalLM

    made, wanted = trained(source, "qlora", tmp_path / "store")
    (tmp_path / "out").mkdir()
    write_weights(made, tmp_path / "out", merge=True)
    again = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    # The four-bit layers compute in bfloat16: three digits.
    assert (logits(again) - wanted).norm() / wanted.norm() < 0.02
    assert (
        load_file(tmp_path / "out" / "model.safetensors")["transformer.h.0.attn.c_attn.weight"].dtype == torch.float32
    )


def test_an_encoder_decoder_in_plain_peft_and_transformers(tmp_path):
    from peft import AutoPeftModelForSeq2SeqLM
    from transformers import AutoModelForSeq2SeqLM

    source = fixture("tiny-t5")
    made, _ = seq2seq(source, tmp_path / "store")
    for name, loader, merge in (("a", AutoPeftModelForSeq2SeqLM, False), ("b", AutoModelForSeq2SeqLM, True)):
        (tmp_path / name).mkdir()
        write_weights(made, tmp_path / name, merge=merge)
        assert loader.from_pretrained(tmp_path / name).config.is_encoder_decoder


def seq2seq(source, folder):
    module, _ = catalog.load("method", "lora")
    model = module.prepare(source, module.Config(), dtype="float32", device="cpu", seed=0)
    save(model, folder)
    case = SimpleNamespace(id="try", template="seq2seq", model=source.name)
    record = SimpleNamespace(case=case, resolved=RESOLVED)
    made = Trained(None, record, source, source.tokenizer(), module, module.Config(), folder, None)
    return made, model


def test_random_weights_have_no_place_for_an_adapter_to_stand_beside(tmp_path):
    from bench.models import shape

    made = SimpleNamespace(source=ModelSource("shape:gpt2", architecture=shape.SHAPES["gpt2"]))
    from bench.serve.export_weights import base_place

    with pytest.raises(UserError, match="export it with --merge"):
        base_place(made)


def test_an_adapter_of_our_own_layers_is_no_format_that_others_read(source, tmp_path):
    made, _ = trained(source, "lora_by_hand", tmp_path / "store")
    assert not keeps_adapter(made)


def test_the_generation_settings_end_on_the_stop_token_of_a_chat_template(shared):
    tokenizer = ModelSource("phi", shared("tokenizers/phi-3-mini")).tokenizer()
    model = micro_model(eos_token_id=2)
    case = SimpleNamespace(template="chat")
    made = SimpleNamespace(tokenizer=tokenizer, case=case, record=SimpleNamespace(resolved=RESOLVED))
    ends = generation_settings(made, model).eos_token_id
    assert set(ends) == {2, tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<|end|>")}
