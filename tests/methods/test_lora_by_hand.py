import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import nn
from transformers.pytorch_utils import Conv1D

from bench.errors import UserError
from bench.methods import base, lora, lora_by_hand
from bench.methods._lora_layer import LoRALinear
from tests.micro import micro_source

WHERE = {"dtype": "float32", "device": "cpu", "seed": 0}
X = torch.randn(5, 7, 12, generator=torch.Generator().manual_seed(0))


class Net(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x)


def layer_of(kind):
    torch.manual_seed(1)
    return nn.Linear(12, 20) if kind is nn.Linear else Conv1D(20, 12)


def pair(kind, r=4, alpha=8):
    """Our layer and peft's with the same factors, B not zero."""
    ours = LoRALinear(layer_of(kind).requires_grad_(False), r, alpha / r, dropout=0.0)
    turned = kind is Conv1D
    settings = LoraConfig(r=r, lora_alpha=alpha, target_modules=["layer"], fan_in_fan_out=turned)
    theirs = get_peft_model(Net(layer_of(kind)), settings)
    nn.init.normal_(ours.B)
    wrapped = theirs.base_model.model.layer
    wrapped.lora_A["default"].weight.data.copy_(ours.A)
    wrapped.lora_B["default"].weight.data.copy_(ours.B)
    return ours, theirs, wrapped


@pytest.mark.parametrize("kind", [nn.Linear, Conv1D])
def test_outputs_and_gradients_equal_pefts(kind):
    ours, theirs, wrapped = pair(kind)
    assert torch.allclose(ours(X), theirs(X), atol=1e-5)
    ours(X).square().mean().backward()
    theirs(X).square().mean().backward()
    assert torch.allclose(ours.A.grad, wrapped.lora_A["default"].weight.grad, atol=1e-5)
    assert torch.allclose(ours.B.grad, wrapped.lora_B["default"].weight.grad, atol=1e-5)
    assert ours.A.grad.abs().max() > 1e-3


@pytest.mark.parametrize("kind", [nn.Linear, Conv1D])
def test_shapes_are_those_of_the_docstring_and_merging_keeps_the_output(kind):
    ours, _, _ = pair(kind)
    assert (tuple(ours.A.shape), tuple(ours.B.shape), ours(X).shape[-1]) == ((4, 12), (20, 4), 20)
    adapted = ours(X)
    assert torch.allclose(ours.merged()(X), adapted, atol=1e-5)


def prepared(tmp_path, method, **settings):
    return method.prepare(micro_source(tmp_path / "m"), method.Config(**settings), **WHERE).eval()


def logits(model):
    with torch.no_grad():
        return model(torch.arange(40, 72)[None]).logits


def test_a_whole_model_equals_pefts_with_the_same_factors(tmp_path):
    ours = prepared(tmp_path, lora_by_hand, r=4, alpha=8)
    theirs = prepared(tmp_path, lora, r=4, alpha=8, stop_token=False).get_base_model()
    for name, layer in ours.named_modules():
        if isinstance(layer, LoRALinear):
            nn.init.normal_(layer.B, std=0.1)
            theirs.get_submodule(name).lora_A["default"].weight.data.copy_(layer.A)
            theirs.get_submodule(name).lora_B["default"].weight.data.copy_(layer.B)
    assert torch.allclose(logits(ours), logits(theirs), atol=1e-5)
    assert not torch.allclose(logits(ours), logits(prepared(tmp_path, base)), atol=1e-3)


def test_it_starts_as_the_base_and_the_lectures_start_does_not(tmp_path):
    published = logits(prepared(tmp_path, base))
    assert torch.equal(logits(prepared(tmp_path, lora_by_hand)), published)
    assert not torch.allclose(logits(prepared(tmp_path, lora_by_hand, start="random")), published, atol=0.1)


def test_without_alpha_over_r_the_update_is_taken_as_it_is(tmp_path):
    model = prepared(tmp_path, lora_by_hand, r=4, alpha=8, scale="none")
    assert {layer.scale for layer in model.modules() if isinstance(layer, LoRALinear)} == {1.0}


def test_the_head_carries_no_adapter_and_the_rest_is_frozen(tmp_path):
    model = prepared(tmp_path, lora_by_hand)
    assert not isinstance(model.lm_head, LoRALinear)
    trained = {name for name, weight in model.named_parameters() if weight.requires_grad}
    assert trained == {name for name, _ in model.named_parameters() if name.endswith((".A", ".B"))}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"r": 0}, "lora_by_hand.r is 0"),
        ({"dropout": 1.0}, "below 1"),
        ({"start": "rondom"}, "Did you mean 'random'"),
        ({"scale": "one"}, "Did you mean 'none'"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, said):
    with pytest.raises(UserError, match=said):
        lora_by_hand.Config(**settings)
