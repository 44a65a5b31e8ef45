import pytest
from transformers import T5Config, T5ForConditionalGeneration

from bench.errors import UserError
from bench.methods import frozen
from tests.micro import micro_model, micro_source

WHERE = {"dtype": "float32", "device": "cpu", "seed": 0}


def trained(tmp_path, layers=4, **settings):
    source = micro_source(tmp_path / "m", n_layer=layers)
    model = frozen.prepare(source, frozen.Config(**settings), **WHERE)
    return {name for name, weight in model.named_parameters() if weight.requires_grad}


def blocks(names):
    return {int(name.split(".h.")[1].split(".")[0]) for name in names if ".h." in name}


def test_half_of_the_blocks_and_the_last_norm_are_trained(tmp_path):
    names = trained(tmp_path)
    assert blocks(names) == {2, 3}
    assert {name for name in names if ".h." not in name} == {"transformer.ln_f.weight", "transformer.ln_f.bias"}


@pytest.mark.parametrize(("settings", "found"), [({"share": 0.3}, {2, 3}), ({"train_layers": 1}, {3})])
def test_a_share_is_rounded_up_and_a_number_replaces_it(tmp_path, settings, found):
    assert blocks(trained(tmp_path, **settings)) == found


def test_seven_tenths_of_ten_blocks_are_seven():
    assert frozen.trained(frozen.Config(share=0.7), 10) == 7


def test_embeddings_are_trained_on_demand(tmp_path):
    assert {"transformer.wte.weight", "transformer.wpe.weight"} <= trained(tmp_path, embeddings=True)


def test_more_blocks_than_there_are_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"frozen.train_layers is 9, and micro has 4 blocks"):
        trained(tmp_path, train_layers=9)


def test_an_encoder_decoder_has_two_stacks_and_lists_inside_a_block_are_none():
    config = T5Config(vocab_size=99, d_model=16, d_kv=8, d_ff=32, num_layers=2, num_decoder_layers=3, num_heads=2)
    stacks = list(frozen.block_lists(T5ForConditionalGeneration(config)))
    assert [len(stack) for stack in stacks] == [2, 3]
    assert [len(stack) for stack in frozen.block_lists(micro_model())] == [2]
