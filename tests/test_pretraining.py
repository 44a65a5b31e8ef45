"""Pretraining from a recipe: a micro run of each family leaves a loadable folder, and a bad recipe is one line."""

import json
from pathlib import Path
from random import Random

import pytest

from bench import catalog
from bench.errors import UserError

pretraining = pytest.importorskip("bench.pretraining")

RECIPES = Path(__file__).parents[1] / "fixtures" / "models"
EMBEDDED = sorted(path.stem for path in RECIPES.glob("*.toml"))
ARCHITECTURES = {
    "gpt2": "",
    "opt": "inner = 32",
    "llama": "inner = 32\nkey_value_heads = 1",
    "t5": "inner = 32\nsentinels = 8",
}
MICRO = """
entries = 320
[architecture]
family = "gpt2"
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


def micro(family: str) -> str:
    text = MICRO.replace('"gpt2"', f'"{family}"\n{ARCHITECTURES[family]}')
    return text.replace("asked = 1", "asked = 1\n[corpus.tasks]\nrepeated = 2") if family == "t5" else text


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """family -> folder, each trained once."""
    home = tmp_path_factory.mktemp("recipe")

    def trained(family: str) -> Path:
        recipe = home / f"{family}.toml"
        if not recipe.exists():
            recipe.write_text(micro(family), encoding="utf-8")
            pretraining.pretrain(recipe)
        return recipe.with_suffix("")

    return trained


@pytest.fixture
def folder(folders):
    return folders("gpt2")


def loaded(folder: Path):
    return catalog.load("model", f"local:{folder}")[0].open(str(folder)).load()


@pytest.mark.parametrize("family", ARCHITECTURES)
def test_micro_run_leaves_a_model_that_loads_in_float32(folders, family):
    model = loaded(folders(family))
    assert model.config.model_type == family
    assert model.config.vocab_size == 320
    assert str(model.dtype) == "torch.float32"
    assert json.loads((folders(family) / "config.json").read_text())["dtype"] == "float16"


@pytest.mark.parametrize("family", ARCHITECTURES)
def test_weights_are_stored_in_two_bytes_each(folders, family):
    record = json.loads((folders(family) / "training.json").read_text())
    assert record["stored_as"] == "float16"
    assert (folders(family) / "model.safetensors").stat().st_size < 2.5 * record["parameters"] + 10_000


def test_nothing_is_left_beside_the_folder(tmp_path):
    recipe = tmp_path / "micro.toml"
    recipe.write_text(MICRO, encoding="utf-8")
    pretraining.pretrain(recipe)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["micro", "micro.toml"]


@pytest.mark.parametrize("family", ARCHITECTURES)
def test_tokenizer_spells_numbers_by_digits_and_gives_text_back(folders, family):
    tokenizer = catalog.load("model", "local:x")[0].open(str(folders(family))).tokenizer()
    text = "12+7 equals 19.\n    return s[::-1] 'étoile'"
    assert tokenizer.decode(tokenizer(text).input_ids, skip_special_tokens=True) == text
    assert {"Ġ1", "1"} & set(tokenizer.tokenize("12"))
    assert "2" in tokenizer.tokenize("12")
    assert tokenizer.eos_token_id != tokenizer.pad_token_id


@pytest.mark.parametrize(
    ("family", "opened", "closed"),
    [
        ("gpt2", None, None),
        ("opt", "</s>", None),
        ("llama", "<|begin_of_text|>", None),
        ("t5", None, "</s>"),
    ],
)
def test_each_family_frames_a_text_as_its_models_do(folders, family, opened, closed):
    tokenizer = catalog.load("model", "local:x")[0].open(str(folders(family))).tokenizer()
    framed, bare = tokenizer("Hello.").input_ids, tokenizer("Hello.", add_special_tokens=False).input_ids
    ids = tokenizer.convert_tokens_to_ids
    assert framed == [ids(t) for t in (opened,) if t] + bare + [ids(t) for t in (closed,) if t]


def test_marks_of_chat_turns_are_single_tokens_and_can_be_told_apart(folders):
    source = catalog.load("model", "local:x")[0].open(str(folders("llama")))
    tokenizer, table = source.tokenizer(), source.load().get_input_embeddings().weight
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": "Hi."}], tokenize=False, add_generation_prompt=True
    )
    assert text == "<|im_start|>user\nHi.<|im_end|>\n<|im_start|>assistant\n"
    start, end = tokenizer.convert_tokens_to_ids(["<|im_start|>", "<|im_end|>"])
    assert (table[start] - table[end]).norm() > 0.5 * table[start].norm()


def test_an_unknown_role_is_refused_by_the_chat_template(folders):
    tokenizer = catalog.load("model", "local:x")[0].open(str(folders("llama"))).tokenizer()
    with pytest.raises(Exception, match="a role is system, user or assistant, not robot"):
        tokenizer.apply_chat_template([{"role": "robot", "content": "Hi."}], tokenize=False)


def test_a_new_t5_starts_by_writing_what_followed_the_last_token(folders):
    """The start is worth more than chance: log 320 is 5.8."""
    from bench.corpus.recipe import T5
    from bench.pretraining import t5

    tokenizer = catalog.load("model", "local:x")[0].open(str(folders("t5"))).tokenizer()
    pretraining.transformers.set_seed(1)
    sizes = T5(family="t5", width=64, layers=2, heads=2, positions=64, inner=64, sentinels=8)
    model = t5.new_model(sizes, tokenizer)
    words = " ".join(["Nora", "key", "Hugo", "lamp"])
    assert t5.loss_of(model, t5.encode(tokenizer, [(words, words)], 64)).item() < 5


def test_hidden_spans_stand_behind_their_sentinels_and_together_give_the_text():
    from bench.pretraining.t5 import hide

    ids, sentinels = list(range(100, 140)), [1, 2, 3, 4, 5]
    left, hidden = hide(Random(4), ids, sentinels)
    spans: dict[int, list[int]] = {}
    for token in hidden:
        spans.setdefault(token, []) if token in sentinels else spans[list(spans)[-1]].append(token)
    assert [token for each in left for token in (spans[each] if each in sentinels else [each])] == ids
    assert 0 < sum(map(len, spans.values())) < len(ids) / 2


def test_a_text_shorter_than_a_span_can_be_hidden():
    from bench.pretraining.t5 import hide

    assert hide(Random(0), [7], [1, 2]) == ([1], [1, 7])


def test_record_names_corpus_and_losses(folder):
    record = json.loads((folder / "training.json").read_text())
    assert record["steps"] == 4
    assert record["tokens"] == 512
    assert record["documents"] == 300
    assert len(record["corpus_sha256"]) == 64
    assert record["held_out_loss"] > 0


@pytest.mark.parametrize("family", ARCHITECTURES)
def test_same_recipe_gives_the_same_weights(folders, family, tmp_path):
    again = pretraining.pretrain(folders(family).with_suffix(".toml"), tmp_path / "again")
    assert (again / "model.safetensors").read_bytes() == (folders(family) / "model.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("width = 16", "wdith = 16", "architecture"),
        ('"gpt2"', '"gpt3"', "'gpt2', 'opt', 'llama', 't5'"),
        ('"gpt2"', '"opt"', "inner"),
        ("restated = 1", "restatd = 1", "corpus.mix"),
        ("asked = 1", "asked = 1\n[corpus.tasks]\nreapeted = 1", "corpus.tasks"),
        ("asked = 1", "asked = 1\n[corpus.tasks]\nrepeated = 1", "for the family t5, not gpt2"),
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


def test_there_is_a_recipe_for_every_family_of_the_lectures():
    families = {pretraining.load_recipe(RECIPES / f"{name}.toml").architecture.family for name in EMBEDDED}
    assert families == set(ARCHITECTURES)


@pytest.mark.parametrize("name", EMBEDDED)
def test_embedded_record_belongs_to_the_embedded_recipe(name):
    record = json.loads((RECIPES / name / "training.json").read_text())
    assert record["recipe"] == pretraining.load_recipe(RECIPES / f"{name}.toml").model_dump()
    assert record["stored_as"] == "float16"
    assert record["threads"] == 1


@pytest.mark.parametrize("name", EMBEDDED)
def test_embedded_weights_fill_four_bits_without_loss_of_place(name):
    config = json.loads((RECIPES / name / "config.json").read_text())
    widths = {config.get(key) for key in ("n_embd", "hidden_size", "intermediate_size", "ffn_dim", "d_model", "d_ff")}
    assert all(width % 64 == 0 for width in widths - {None})
