"""Pretraining from a recipe: a micro run leaves a loadable folder, and a bad recipe is one line."""

import json
from pathlib import Path

import pytest

from bench.errors import UserError

pretraining = pytest.importorskip("bench.pretraining")

RECIPE = Path(__file__).parents[1] / "fixtures" / "models" / "tiny-gpt2.toml"
MICRO = """
entries = 320
[architecture]
width = 16
layers = 1
heads = 2
positions = 32
[corpus]
seed = 1
documents = 300
[corpus.mix]
restated = 1
asked = 1
[training]
seed = 1
tokens = 512
batch = 4
learning_rate = 1e-3
warmup_steps = 1
weight_decay = 0.0
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    recipe = tmp_path_factory.mktemp("recipe") / "micro.toml"
    recipe.write_text(MICRO, encoding="utf-8")
    return pretraining.pretrain(recipe)


def test_micro_run_leaves_a_loadable_folder_and_nothing_else(folder):
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder)
    assert model.config.vocab_size == 320
    assert model.config.resid_pdrop == 0.0
    assert sorted(path.name for path in folder.parent.iterdir()) == ["micro", "micro.toml"]


def test_tokenizer_spells_numbers_by_digits_and_gives_text_back(folder):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    text = "12+7 equals 19.\n    return s[::-1] 'étoile'"
    assert tokenizer.decode(tokenizer(text).input_ids) == text
    assert [tokenizer.decode(token) for token in tokenizer("12").input_ids] == ["1", "2"]
    assert tokenizer.eos_token_id != tokenizer.pad_token_id
    assert tokenizer.bos_token == "<|endoftext|>"


def test_record_names_corpus_and_losses(folder):
    record = json.loads((folder / "training.json").read_text())
    assert record["steps"] == 4
    assert record["tokens"] == 512
    assert record["documents"] == 300
    assert len(record["corpus_sha256"]) == 64
    assert record["held_out_loss"] > 0


def test_same_recipe_gives_the_same_weights(folder, tmp_path):
    again = pretraining.pretrain(folder.with_suffix(".toml"), tmp_path / "again")
    assert (again / "model.safetensors").read_bytes() == (folder / "model.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("width = 16", "wdith = 16", "architecture"),
        ("restated = 1", "restatd = 1", "corpus.mix"),
        ("entries = 320", "entries = 'x'", "entries"),
        ("[corpus]", "[corpus", "TOML"),
    ],
)
def test_bad_recipe_is_one_line_with_file_and_key(tmp_path, old, new, named):
    recipe = tmp_path / "bad.toml"
    recipe.write_text(MICRO.replace(old, new), encoding="utf-8")
    with pytest.raises(UserError) as error:
        pretraining.load_recipe(recipe)
    assert str(recipe) in str(error.value)
    assert named in str(error.value)
    assert "\n" not in str(error.value)


def test_missing_recipe_names_the_embedded_one(tmp_path):
    with pytest.raises(UserError, match=r"tiny-gpt2\.toml"):
        pretraining.load_recipe(tmp_path / "none.toml")


def test_embedded_recipe_is_valid():
    recipe = pretraining.load_recipe(RECIPE)
    assert recipe.architecture.width == 192
    assert recipe.training.threads == 1


def test_embedded_record_belongs_to_the_embedded_recipe():
    record = json.loads((RECIPE.with_suffix("") / "training.json").read_text())
    assert record["recipe"] == pretraining.load_recipe(RECIPE).model_dump()
