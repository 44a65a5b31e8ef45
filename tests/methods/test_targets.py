"""Module names that a user gives: words are names, not expressions, and a wrong one is answered with the right ones."""

import pytest

from bench import catalog
from bench.errors import UserError
from bench.methods import _layers, adalora, configure, dora, ia3, lora, lora_by_hand, pissa, vera
from tests.micro import micro_model, micro_source

WHERE = {"dtype": "float32", "device": "cpu", "seed": 0}
TARGETED = [lora, dora, pissa, adalora, vera, ia3, lora_by_hand]
NAMES = "attn.c_attn, attn.c_proj, mlp.c_fc, mlp.c_proj"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return micro_source(tmp_path_factory.mktemp("m"))


def adapted(model):
    names = {name for name, module in model.named_modules() if hasattr(module, "base_layer") or hasattr(module, "A")}
    return {name.partition(".h.")[2] for name in names if ".h." in name}


@pytest.mark.parametrize("method", TARGETED, ids=lambda method: method.__name__.rpartition(".")[2])
@pytest.mark.parametrize("wrong", ["q_proj", ("c_attn", "q_proj"), "attn", "c_.*", "ttn.c_attn"])
def test_a_module_that_the_model_lacks_is_answered_with_those_that_it_has(source, method, wrong):
    with pytest.raises(UserError) as caught:
        method.prepare(source, method.Config(target_modules=wrong), **WHERE)
    missing = wrong if isinstance(wrong, str) else wrong[1]
    assert str(caught.value).endswith(f"micro has no module {missing!r}; it has {NAMES}")


@pytest.mark.parametrize("method", TARGETED, ids=lambda method: method.__name__.rpartition(".")[2])
def test_a_single_word_is_the_name_of_a_module(source, method):
    config = configure(method, "target_modules=c_attn", "m")
    assert adapted(method.prepare(source, config, **WHERE)) == {"0.attn.c_attn", "1.attn.c_attn"}


def test_a_longer_name_means_fewer_modules(source):
    assert len(adapted(lora.prepare(source, lora.Config(target_modules="c_proj"), **WHERE))) == 4
    assert adapted(lora.prepare(source, lora.Config(target_modules="mlp.c_proj"), **WHERE)) == {
        "0.mlp.c_proj",
        "1.mlp.c_proj",
    }


def test_the_output_head_is_no_matrix_to_adapt():
    assert not any("lm_head" in name for name in _layers.matrices(micro_model()))


def test_ia3_takes_keys_values_and_the_inner_activations_of_the_mlp(source):
    model = ia3.prepare(source, ia3.Config(), **WHERE)
    assert {name[2:] for name in adapted(model)} == {"attn.c_attn", "mlp.c_proj"}
    widths = {name[-21:]: weight.shape for name, weight in model.named_parameters() if "h.0" in name and "ia3" in name}
    assert sorted(max(shape) for shape in widths.values()) == [3 * 64, 4 * 64]


def test_a_rank_above_a_layers_width_is_allowed_but_not_for_pissa(source):
    assert lora.prepare(source, lora.Config(r=100), **WHERE)
    with pytest.raises(UserError, match=r"pissa.r is 100, and attn.c_attn of micro has only 64 directions"):
        pissa.prepare(source, pissa.Config(r=100), **WHERE)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lora:r=0", "lora.r is 0"),
        ("dora:r=0", "dora.r is 0"),
        ("rslora:alpha=0", "rslora.alpha 0"),
        ("pissa:dropout=1", "pissa.dropout is 1"),
        ("vera:r=0", "vera.r is 0"),
        ("adalora:target_r=13", "adalora.target_r is 13; it must be at least 1 and at most r, 12"),
        ("adalora:warm=0.6", "leave steps between"),
        ("frozen:share=0", "frozen.share is 0"),
        ("frozen:train_layers=0", "train_layers is 0"),
        ("prefix:virtual_tokens=0", "prefix.virtual_tokens is 0"),
        ("prompt_tuning:virtual_tokens=0", "prompt_tuning.virtual_tokens is 0"),
        ("prompt_tuning:start=words", "unknown prompt_tuning.start"),
        ("p_tuning:hidden=0", "p_tuning.hidden 0"),
    ],
)
def test_a_setting_out_of_range_is_refused_in_one_line(name, said):
    method, options = catalog.load("method", name)
    with pytest.raises(UserError, match=said) as caught:
        configure(method, options, name)
    assert "\n" not in str(caught.value)
