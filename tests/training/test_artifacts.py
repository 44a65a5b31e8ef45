import pytest
import torch

from bench.errors import UserError
from bench.methods import dora, ia3, lora, lora_by_hand, p_tuning, pissa, prefix, prompt_tuning, vera
from bench.training.artifacts import ADAPTER, merged, restore, save
from tests.micro import micro_source

WHERE = {"dtype": "float32", "device": "cpu"}
IDS = torch.arange(40, 72)[None]
ADAPTERS = [lora, dora, pissa, ia3, vera, lora_by_hand]


@pytest.fixture
def source(tmp_path):
    return micro_source(tmp_path / "model", initializer_range=0.2)


def moved(source, method, **settings):
    """A model whose trained weights are not where they started."""
    model = method.prepare(source, method.Config(**settings), seed=3, **WHERE).eval()
    torch.manual_seed(5)
    for weight in model.parameters():
        if weight.requires_grad:
            weight.data += torch.randn_like(weight) * 0.1
    return model


def logits(model):
    with torch.no_grad():
        return model(IDS).logits


@pytest.mark.parametrize("method", [*ADAPTERS, prompt_tuning, prefix, p_tuning], ids=lambda m: m.__name__[14:])
def test_an_adapter_drawn_from_another_seed_comes_back_bit_for_bit(source, tmp_path, method):
    model = moved(source, method)
    save(model, tmp_path / "saved")
    again = restore(source, method, method.Config(), tmp_path / "saved", **WHERE)
    assert torch.equal(logits(again), logits(model))


@pytest.mark.parametrize("method", ADAPTERS, ids=lambda m: m.__name__[14:])
def test_a_merged_model_gives_the_adapted_ones_logits(source, method):
    model = moved(source, method)
    adapted = logits(model)
    whole = merged(model)
    assert torch.allclose(logits(whole), adapted, atol=1e-3)
    assert not [name for name, _ in whole.named_modules() if "lora" in name or "base_layer" in name]


def test_a_merged_model_is_saved_and_loaded_as_a_whole_one(source, tmp_path):
    model = merged(moved(source, ia3))
    expected = logits(model)
    save(model, tmp_path / "whole")
    assert not (tmp_path / "whole" / ADAPTER).exists()
    assert torch.equal(logits(restore(source, ia3, ia3.Config(), tmp_path / "whole", **WHERE)), expected)


def test_pissas_frozen_part_is_no_longer_the_base_but_both_parts_are(source):
    model = pissa.prepare(source, pissa.Config(), seed=0, **WHERE)
    name = "transformer.h.0.attn.c_attn"
    rest = model.get_base_model().get_submodule(name).base_layer.weight
    assert not torch.allclose(rest, source.load().get_submodule(name).weight, atol=1e-3)
    assert torch.allclose(logits(model), logits(source.load()), atol=1e-4)


@pytest.mark.parametrize(
    ("method", "other"),
    [
        (lora, {"r": 8}),
        (lora_by_hand, {"r": 8}),
        (prefix, {"virtual_tokens": 3}),
        (prompt_tuning, {"virtual_tokens": 3}),
    ],
    ids=lambda value: getattr(value, "__name__", "other")[14:],
)
def test_an_adapter_of_another_size_is_refused_in_one_line(source, tmp_path, method, other):
    save(moved(source, method), tmp_path / "saved")
    with pytest.raises(UserError, match=r"does not fit model and method .*--bench-fresh") as caught:
        restore(source, method, method.Config(**other), tmp_path / "saved", **WHERE)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("other", [lora_by_hand, prefix, vera], ids=lambda m: m.__name__[14:])
def test_an_adapter_of_another_method_is_refused(source, tmp_path, other):
    save(moved(source, lora), tmp_path / "saved")
    with pytest.raises(UserError, match="does not fit model and method"):
        restore(source, other, other.Config(), tmp_path / "saved", **WHERE)
