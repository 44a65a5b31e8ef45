import bitsandbytes
import pytest
import torch

from bench import catalog
from bench.config import GenerateConfig, TrainConfig
from bench.errors import UserError
from bench.generation.generate import generate
from bench.methods import _peft, base, full, lora, qlora
from bench.models import ModelSource, local
from bench.models._weights import byte_tokenizer
from bench.training.arguments import CHECKPOINTING
from bench.training.artifacts import ADAPTER, restore, save
from bench.training.trainer import train
from tests.micro import letter_pairs, micro_model, micro_source

IDS = torch.arange(40, 72)[None]
WHERE = {"dtype": "float32", "device": "cpu"}
LAYERS = {"attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"}


@pytest.fixture
def source(tmp_path):
    return micro_source(tmp_path / "model")


def prepared(source, method, seed=0, **settings):
    return method.prepare(source, method.Config(**settings), seed=seed, **WHERE)


def logits(model):
    with torch.no_grad():
        return model.eval()(IDS).logits


def adapted_layers(model):
    return {name.rsplit(".lora_A", 1)[0] for name, _ in model.named_modules() if name.endswith("lora_A")}


def weights(model):
    return torch.cat([weight.detach().flatten().float() for weight in model.parameters() if weight.requires_grad])


def tuned(source, method, steps=12):
    model = prepared(source, method)
    config = TrainConfig(max_steps=steps, learning_rate=5e-3)
    return model, train(model, source.tokenizer(), letter_pairs(24), config, seed=0, device="cpu")


def said(source, model):
    prompts = [prompt for ((prompt, _),) in letter_pairs(6)]
    config = GenerateConfig(max_new_tokens=12)
    return generate(model, source.tokenizer(), prompts, config, device="cpu", seed=0)


@pytest.mark.parametrize("name", ["base", "full", "lora", "qlora"])
def test_every_method_is_in_the_catalogue_with_its_defaults(name):
    method, _ = catalog.load("method", name)
    assert method.Config()
    assert method.EPOCHS >= 0
    assert method.TRAINS == (method.learning_rate(10**6) > 0) == (name != "base")


def test_rates_are_the_usual_ones_at_gpt2_and_bounded_elsewhere():
    assert full.learning_rate(124_000_000) == pytest.approx(5e-5)
    assert lora.learning_rate(124_000_000) == pytest.approx(2e-4)
    assert (full.learning_rate(1000), full.learning_rate(10**12)) == (1e-3, 1e-5)
    assert qlora.learning_rate(10**12) == 1e-4


def test_full_trains_every_weight_and_base_is_the_model_as_it_was(source):
    assert all(weight.requires_grad for weight in prepared(source, full).parameters())
    assert torch.equal(logits(prepared(source, base)), logits(prepared(source, full)))


def test_lora_sits_on_attention_and_mlp_and_not_on_the_head(source):
    layers = {name.split(".h.0.")[-1] for name in adapted_layers(prepared(source, lora)) if ".h.0." in name}
    assert layers == LAYERS
    assert not any("lm_head" in name for name in adapted_layers(prepared(source, lora)))


def test_lora_is_the_identity_at_the_start_and_trains_adapters_alone(source):
    model = prepared(source, lora)
    assert torch.equal(logits(model), logits(prepared(source, base)))
    trained = {name for name, weight in model.named_parameters() if weight.requires_grad}
    assert trained
    assert all("lora_" in name or "trainable_tokens" in name for name in trained)


def test_adapters_are_drawn_from_the_seed_whatever_was_drawn_before(source):
    first = weights(prepared(source, lora, seed=3))
    torch.rand(17)
    assert torch.equal(first, weights(prepared(source, lora, seed=3)))
    assert not torch.equal(first, weights(prepared(source, lora, seed=4)))


def test_lora_takes_module_names(source):
    layers = adapted_layers(prepared(source, lora, target_modules=("c_attn",)))
    assert len(layers) == 2


@pytest.mark.parametrize("settings", [{"r": 0}, {"alpha": 0}, {"dropout": 1.0}])
def test_lora_settings_out_of_range_are_refused(settings):
    with pytest.raises(UserError, match="must be at least"):
        lora.Config(**settings)


def test_qlora_stores_every_linear_layer_in_four_bits_close_to_the_original(source):
    model = prepared(source, qlora)
    base_layers = {name: module for name, module in model.named_modules() if name.endswith(".base_layer")}
    quantised = {
        name.removesuffix(".base_layer")
        for name, module in base_layers.items()
        if isinstance(module, bitsandbytes.nn.Linear4bit)
    }
    assert {name.split(".h.1.")[-1] for name in quantised if ".h.1." in name} == LAYERS
    assert len(quantised) == 2 * len(LAYERS)
    original, close = logits(prepared(source, base)), logits(model)
    assert 0 < (original - close).norm() / original.norm() < 0.2


def test_four_bit_weights_of_transposed_layers_unpack_to_the_originals(source):
    packed = prepared(source, qlora).get_base_model().transformer.h[0].mlp.c_fc.base_layer.weight
    original = prepared(source, base).transformer.h[0].mlp.c_fc.weight.T
    unpacked = bitsandbytes.functional.dequantize_4bit(packed.data, packed.quant_state).float()
    assert unpacked.shape == original.shape
    assert (unpacked - original).norm() / original.norm() < 0.12


def test_a_four_bit_model_that_was_asked_is_the_same_and_can_be_trained(source):
    model = prepared(source, qlora)
    packed = model.get_base_model().transformer.h[0].mlp.c_fc.base_layer.weight
    before = packed.data.clone()
    with torch.inference_mode():
        model.eval()(IDS)
    assert torch.equal(packed.data, before)
    config = TrainConfig(max_steps=1, learning_rate=1e-3)
    train(model, source.tokenizer(), letter_pairs(4), config, seed=0, device="cpu")


def test_rows_that_bitsandbytes_unpacks_wrongly_are_refused(tmp_path):
    """bitsandbytes is mended and the model close, or qlora says so: never a silently broken model."""
    narrow = micro_source(tmp_path / "narrow", n_embd=96)
    try:
        close = logits(prepared(narrow, qlora))
    except UserError as error:
        assert "unpacks rows of 96 values wrongly" in str(error)  # noqa: PT017
    else:
        original = logits(prepared(narrow, base))
        assert (original - close).norm() / original.norm() < 0.2


def half_precision(tmp_path):
    """A model whose file is in float16, as many on the Hub are."""
    micro_model().half().save_pretrained(tmp_path / "half")
    byte_tokenizer().save_pretrained(tmp_path / "half")
    return ModelSource("half", tmp_path / "half")


def test_an_unprepared_model_keeps_its_files_type_and_a_prepared_one_is_float32(tmp_path):
    source = half_precision(tmp_path)
    for prepare, expected in ((True, torch.float32), (False, torch.float16)):
        model = prepared(source, qlora, prepare=prepare)
        assert model.get_base_model().transformer.ln_f.weight.dtype == expected
        assert {each.dtype for each in model.parameters() if each.requires_grad} == {torch.float32}


def test_adapters_of_an_unprepared_model_get_their_gradients_under_checkpointing(tmp_path):
    """transformers 5 asks for the inputs' gradient itself; should that end, T9 costs more than it says."""
    model = prepared(half_precision(tmp_path), qlora, prepare=False)
    getattr(model.train(), f"{CHECKPOINTING}_enable")({"use_reentrant": True})
    model(input_ids=IDS, labels=IDS).loss.backward()
    assert all(each.grad is not None for each in model.parameters() if each.requires_grad)


def test_checkpointing_that_preparing_switches_on_is_refused_without_it():
    with pytest.raises(UserError, match="part of prepare"):
        qlora.Config(prepare=False, gradient_checkpointing=True)


@pytest.mark.parametrize(("name", "ends"), [("tiny-llama", ["<|end_of_text|>", "<|im_end|>"]), ("tiny-opt", ["</s>"])])
def test_the_end_that_a_chat_template_writes_is_trained_beside_eos(name, ends):
    family, argument = catalog.load("model", name)
    opened = family.open(argument)
    rows = prepared(opened, lora).active_peft_config.trainable_token_indices
    assert opened.tokenizer().convert_ids_to_tokens(rows) == ends


def test_a_chat_template_that_cannot_be_read_leaves_eos(source):
    tokenizer = source.tokenizer()
    tokenizer.chat_template = "{{ raise_exception('system only') }}"
    assert _peft.stop_rows(micro_model(), tokenizer, wanted=True) == [tokenizer.eos_token_id]


def test_qlora_learns_step_for_step_what_lora_learns(source):
    packed, plain = (tuned(source, method)[1].loss_curve for method in (qlora, lora))
    assert packed[-1][1] < packed[0][1] - 0.3
    assert [loss for _, loss in packed] == pytest.approx([loss for _, loss in plain], abs=0.05)


@pytest.mark.parametrize("method", [full, lora, qlora], ids=["full", "lora", "qlora"])
def test_restored_model_says_what_the_saved_one_said(source, tmp_path, method):
    model, _ = tuned(source, method)
    size = save(model, tmp_path / "saved")
    again = restore(source, method, method.Config(), tmp_path / "saved", **WHERE)
    assert said(source, again) == said(source, model)
    assert torch.equal(logits(again), logits(model))
    files = {path.name for path in (tmp_path / "saved").iterdir()}
    assert (ADAPTER in files) == (method is not full)
    assert not any(name.endswith((".bin", ".pt", ".pkl")) for name in files)
    assert 0 < size < (tmp_path / "model" / "model.safetensors").stat().st_size * 1.1


def test_restoring_an_adapter_of_another_rank_is_refused(source, tmp_path):
    save(prepared(source, lora), tmp_path / "saved")
    with pytest.raises((UserError, RuntimeError)):
        restore(source, lora, lora.Config(r=8), tmp_path / "saved", **WHERE)


def test_restoring_an_empty_folder_or_with_a_method_without_adapters_says_what_to_do(source, tmp_path):
    save(prepared(source, lora), tmp_path / "saved")
    for folder, method in ((tmp_path, lora), (tmp_path / "saved", base)):
        with pytest.raises(UserError, match="--bench-fresh"):
            restore(source, method, method.Config(), folder, **WHERE)


@pytest.mark.parametrize("method", [full, lora, qlora], ids=["full", "lora", "qlora"])
def test_real_llama_trains(shared, method):
    source = local.open(str(shared("models/stories260K")))
    model, result = tuned(source, method, steps=6)
    assert result.loss_curve[-1][1] < result.loss_curve[0][1]
    if method is not full:
        assert len(adapted_layers(model)) == 5 * 7
