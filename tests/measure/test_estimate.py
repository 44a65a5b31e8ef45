"""Predicted bytes beside those that torch's own allocator gives out on real, small models of each family."""

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

from bench import catalog
from bench.config import TrainConfig
from bench.errors import UserError
from bench.measure.estimate import estimate, largest, micro_batch
from bench.measure.memory import Batch, Estimate, Questions, fits_in, qlora_verdict
from bench.methods import base, full, lora, qlora
from bench.models import ModelSource, shape
from bench.training.batches import IGNORED
from bench.training.loss import labelled_loss

SPECIALS = shape.SPECIALS
SMALL = {
    "gpt2": {"model_type": "gpt2", "vocab_size": 500, "n_positions": 128, "n_embd": 128, "n_layer": 3, "n_head": 2},
    "opt": {"model_type": "opt", "vocab_size": 500, "hidden_size": 128, "word_embed_proj_dim": 128, "ffn_dim": 512,
            "num_hidden_layers": 3, "num_attention_heads": 2, "max_position_embeddings": 128},
    "llama": {"model_type": "llama", "vocab_size": 500, "hidden_size": 128, "intermediate_size": 256,
              "num_hidden_layers": 3, "num_attention_heads": 2, "num_key_value_heads": 1,
              "tie_word_embeddings": True},
    "t5": {"model_type": "t5", "vocab_size": 500, "d_model": 128, "d_kv": 64, "d_ff": 256, "num_layers": 2,
           "num_decoder_layers": 2, "num_heads": 2, "feed_forward_proj": "gated-gelu", "is_encoder_decoder": True,
           "decoder_start_token_id": shape.PAD},
}  # fmt: skip
BATCH = Batch(examples=4, length=64, labelled=80)
APART = Batch(examples=4, length=64, labelled=80, answer=20)


def small(family):
    return ModelSource(f"small-{family}", architecture=SMALL[family] | SPECIALS)


def predicted(family="gpt2", method=lora, batch=None, questions=None, train=None, **options):
    shaped = batch or (APART if family == "t5" else BATCH)
    return estimate(small(family), method, method.Config(**options), train or TrainConfig(), [shaped], questions)


def real_batch(family):
    ids = torch.zeros(4, 64, dtype=torch.int64)
    labels = torch.full((4, 20 if family == "t5" else 64), IGNORED)
    labels[:, -20:] = 1
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": labels}


def two_steps(model, batch, precision=None):
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(trained, fused=True)
    for _ in range(2):
        with torch.autocast("cpu", dtype=precision or torch.bfloat16, enabled=precision is not None):
            loss, _ = labelled_loss(model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()


def allocated(run):
    """The most bytes that torch's allocator had given out at once while `run` ran, above those before."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as prof:
        run()
    events = [event for event in prof.profiler.kineto_results.events() if event.name() == "[memory]"]
    total = most = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        total += event.nbytes()
        most = max(most, total)
    return most


def stays(found):
    return sum(found.train.get(kind, 0) for kind in ("weights", "adapter", "quantisation constants"))


@pytest.mark.parametrize("method", [full, lora, qlora])
@pytest.mark.parametrize("family", SMALL)
def test_the_training_peak_is_what_torch_allocates(family, method):
    found = predicted(family, method)
    model = method.prepare(small(family), method.Config(), dtype="float32", device="cpu", seed=0).train()
    batch = real_batch(family)
    assert found.peak("train") - stays(found) == pytest.approx(allocated(lambda: two_steps(model, batch)), rel=0.03)


def test_checkpointing_is_what_torch_allocates():
    found = predicted(train=TrainConfig(gradient_checkpointing=True))
    model = lora.prepare(small("gpt2"), lora.Config(), dtype="float32", device="cpu", seed=0).train()
    model.get_base_model().activation_checkpointing_enable({"use_reentrant": False})
    seen = allocated(lambda: two_steps(model, real_batch("gpt2")))
    assert found.peak("train") - stays(found) == pytest.approx(seen, rel=0.03)


def test_autocast_is_what_torch_allocates():
    found = predicted(method=full, train=TrainConfig(precision="bfloat16"))
    model = full.prepare(small("gpt2"), full.Config(), dtype="float32", device="cpu", seed=0).train()
    seen = allocated(lambda: two_steps(model, real_batch("gpt2"), precision=torch.bfloat16))
    assert found.peak("train") - stays(found) == pytest.approx(seen, rel=0.03)


def test_the_parts_are_the_peak():
    found = predicted(questions=Questions(4, 40, 8))
    assert found.peak("train") == sum(found.train.values())
    assert found.highest == max(found.peak(phase) for phase in ("load", "train", "generate"))


def test_weights_and_optimizer_states_are_four_and_eight_bytes_a_parameter():
    found = predicted(method=full)
    assert found.train["weights"] == 4 * found.total_params
    # Beside two numbers for each parameter AdamW counts its steps, once for each tensor.
    assert 0 < found.train["optimizer states"] - 8 * found.trainable_params < 4 * 64


def test_four_bits_take_half_a_byte_and_a_scale_for_64():
    plain, nested = (predicted(method=qlora, double_quantisation=each).train for each in (False, True))
    packed = 3 * (128 * 384 + 128 * 128 + 2 * 128 * 512)
    codes = 12 * 16 * 4
    assert plain["quantisation constants"] == packed // 64 * 4 + codes
    assert nested["quantisation constants"] == packed // 64 + sum_of_nested_scales() + codes + 12 * (256 * 4 + 4)
    assert nested["weights"] < predicted(method=lora).train["weights"] - 3.4 * packed


def sum_of_nested_scales():
    return 4 * 3 * sum(-(-inputs * outputs // 64 // 256) for inputs, outputs in
                       ((128, 384), (128, 128), (128, 512), (512, 128)))  # fmt: skip


@pytest.mark.parametrize("change", [{"examples": 8}, {"length": 128}, {"labelled": 160}])
def test_more_of_anything_takes_more(change):
    plain = {"examples": 4, "length": 64, "labelled": 80}
    assert predicted(batch=Batch(**plain | change)).peak("train") > predicted().peak("train")


def test_checkpointing_keeps_less():
    plain, checkpointed = predicted(), predicted(train=TrainConfig(gradient_checkpointing=True))
    assert checkpointed.train["activations"] < 0.6 * plain.train["activations"]


def test_the_own_option_of_qlora_checkpoints_too():
    asked = predicted(method=qlora, gradient_checkpointing=True)
    assert asked.peak("train") == predicted(method=qlora, train=TrainConfig(gradient_checkpointing=True)).peak("train")


def test_accumulation_keeps_gradients_beside_activations():
    once, often = (predicted(method=full, train=TrainConfig(accumulation=count)) for count in (1, 4))
    assert often.peak("train") > once.peak("train")


def test_bfloat16_halves_what_is_kept_of_matrix_products():
    half, whole = (predicted(train=TrainConfig(precision=each)) for each in ("bfloat16", "float32"))
    assert half.train["activations"] < whole.train["activations"]


def test_a_single_step_has_no_states_before_its_peak():
    source, batches = small("gpt2"), [BATCH]
    one, two = (estimate(source, full, full.Config(), TrainConfig(), batches, steps=each) for each in (1, 2))
    assert one.peak("train") < two.peak("train")


def test_the_batch_that_takes_most_counts():
    batches = [Batch(1, 16, 4), BATCH, Batch(2, 16, 4)]
    found = estimate(small("gpt2"), full, full.Config(), TrainConfig(), batches)
    assert found.batch == BATCH


@pytest.mark.parametrize(("family", "width"), [("gpt2", 128), ("opt", 128), ("llama", 64)])
def test_keys_and_values_are_two_numbers_for_each_place_layer_and_width(family, width):
    found = predicted(family, base, questions=Questions(4, 4, 60))
    assert found.train is None
    assert found.generate["keys and values"] >= 2 * 3 * 4 * (4 + 60 - 1) * width * 4


@pytest.mark.parametrize("name", catalog.names("method"))
def test_every_method_can_be_counted(name):
    method, _ = catalog.load("method", name)
    found = predicted(method=method)
    assert (found.train is not None) == method.TRAINS
    assert found.trainable_params < found.total_params or name in ("full", "base")


def test_nothing_real_is_left_behind():
    predicted(method=qlora)
    assert type(torch.zeros(2)) is torch.Tensor
    model = qlora.prepare(small("gpt2"), qlora.Config(), dtype="float32", device="cpu", seed=0)
    assert torch.isfinite(model(torch.zeros(1, 4, dtype=torch.int64)).logits).all()


def test_the_random_numbers_of_the_caller_are_not_drawn():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    predicted()
    assert torch.equal(before, torch.get_rng_state())


def test_plain_data_and_back():
    found = predicted(questions=Questions(4, 40, 8))
    told = found.as_dict()
    assert told["train_bytes"] == found.peak("train")
    assert Estimate.from_dict(told) == found


def test_a_batch_of_none_is_refused():
    with pytest.raises(UserError, match=r"batch\.examples is 0"):
        Batch(0, 8, 1)


def test_the_largest_batch_fits_and_one_more_does_not():
    sizes = {"length": 64, "labelled": 20}
    budget = predicted(batch=Batch(5, 64, 100)).peak("train") + 1000
    assert micro_batch(small("gpt2"), lora, lora.Config(), TrainConfig(), budget, **sizes) == 5


@pytest.mark.parametrize(("budget", "found"), [(99, 0), (100, 1), (149, 1), (1000, 19), (10**12, 4096)])
def test_sizes_are_found_where_the_first_examples_cost_nothing(budget, found):
    assert largest(lambda examples: max(100, 50 + 50 * examples), budget) == found


def test_four_bits_help_where_weights_are_most_of_it():
    told = qlora_verdict(stated(weights=1000, activations=100), stated(weights=300, activations=100))
    assert told.startswith("QLoRA helps here")
    assert "(64%)" in told


def test_four_bits_do_not_help_where_activations_are_most_of_it():
    told = qlora_verdict(stated(weights=100, activations=1000), stated(weights=50, activations=1000))
    assert told.startswith("QLoRA will not help here")
    assert "activations take" in told


def test_four_bits_do_not_help_where_embeddings_are_most_of_it():
    told = qlora_verdict(stated(weights=1000, activations=10), stated(weights=950, activations=10))
    assert "embeddings and head are not packed" in told


def test_four_bits_do_not_help_where_the_libraries_are_most_of_it():
    told = qlora_verdict(stated(weights=100, activations=10), stated(weights=20, activations=10), 2000 * 2**20)
    assert "80.0 MiB of the 2.06 GiB" in told
    assert "libraries take 1.95 GiB" in told


def stated(**parts):
    sizes = {kind: size * 2**20 for kind, size in parts.items()}
    return Estimate("m", "lora", "cpu", "float32", "float32", 1, 2, train=sizes)


@pytest.mark.parametrize(("size", "gib"), [(1, 1), (2**30, 1), (2**30 + 1, 2), (5 * 2**30, 6), (2**41, 2048)])
def test_the_smallest_memory_that_holds_it(size, gib):
    assert fits_in(size) == gib
