"""Word by word or as a whole, a text has the same ids: the whole text's are what is expected throughout."""

import random

import pytest
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from bench import catalog
from bench.models._weights import byte_tokenizer
from bench.training import words
from bench.training.batches import token_ids
from bench.training.words import by_word
from tests.conftest import SHARED

PROSE = "The miller's 12 bakers baked, and they'd sold 340 loaves!\n\nWhy? I'll say: \tonce more...  \n \n"
BLANKS = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u180e\u2000\u200a\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
ATOMS = [
    *BLANKS,
    *("  ", "\n\n", "\r\n", "a", "Word", "é", "e\u0301", "\u0301", "日本", "क्ष", "\u0d4e", "\ufb01", "\u1100\u1161"),
    *("1", "23", "²", "٣", ".", "!", "...", "#", "_", "'s", "'LL", "'\u017f", "\x00", "🙂", "\u200d"),
    *("<|endoftext|>", "</s>", "<|im_end|>", "<think>", "<|pad|>"),
]


def split(pattern):
    bytes_alone = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), bytes_alone])


BY_WORD = ("tiny-gpt2", "tiny-llama", "gpt2", "opt-125m", "gpt2's cuts", "qwen2's cuts", "llama3's cuts")
CUTS = {
    "gpt2's cuts": pre_tokenizers.ByteLevel(add_prefix_space=False),
    "qwen2's cuts": split(words.QWEN2),
    "llama3's cuts": split(words.LLAMA3),
}


def hostile(count):
    """Texts of white space of all kinds, marks, digits and special tokens beside each other."""
    draw = random.Random(1)
    return ["".join(draw.choices(ATOMS, k=draw.randint(0, 14))) for _ in range(count)]


def trained(cut, normalizer=None):
    """A tokenizer with another one's way to cut texts, and with merges of all that is in the hostile ones."""
    made = Tokenizer(models.BPE())
    made.normalizer, made.pre_tokenizer = normalizer, cut
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    rules = trainers.BpeTrainer(special_tokens=["<|endoftext|>"], initial_alphabet=alphabet, show_progress=False)
    made.train_from_iterator([PROSE, *hostile(500)], rules)
    made.add_tokens([AddedToken("<think>", normalized=False)])
    return PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<|endoftext|>")


def tokenizer(name):
    if name in CUTS:
        return trained(CUTS[name], normalizers.NFC() if name == "qwen2's cuts" else None)
    ours = name in catalog.fixture_models()
    folder = catalog.FIXTURES / "models" / name if ours else SHARED / "tokenizers" / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent")
    return AutoTokenizer.from_pretrained(folder)


@pytest.fixture(scope="module", params=BY_WORD)
def one(request):
    return tokenizer(request.param)


def whole(tokenizer, texts, special=False):
    return tokenizer(texts, add_special_tokens=special)["input_ids"]


@pytest.mark.parametrize("special", [False, True])
def test_hostile_texts_have_the_ids_of_the_whole_text(one, special):
    texts = hostile(1000)
    assert by_word(one, special=special).ids(texts) == whole(one, texts, special)


def test_every_kind_of_character_beside_white_space_has_the_ids_of_the_whole_text(one):
    characters = [chr(at) for at in range(0x3100) if chr(at).isspace() or at % 19 == 0 or at < 0x100]
    texts = [f"a{c} b{c}\n {c}c\n{c}! {c}!\n{c}\t{c}" for c in characters]
    assert by_word(one, special=False).ids(texts) == whole(one, texts)


def test_white_space_is_what_the_tokenizers_take_for_it():
    pattern = pre_tokenizers.Split(Regex(r"\s"), "removed")
    characters = "".join(map(chr, range(0xD800)))
    kept = "".join(piece for piece, _ in pattern.pre_tokenize_str(characters))
    assert kept == "".join(words.re.split(f"[{words.WHITE}]", characters))


@pytest.mark.parametrize("name", ["dialogsum/dialogsum.dev.jsonl", "flan/qasc_train.tsv", "gutenberg/1342-0.txt"])
def test_real_texts_have_the_ids_of_the_whole_text(one, shared, name):
    texts = shared(f"data/{name}").read_bytes().decode()[:60_000].split("\n\n")
    assert by_word(one, special=False).ids(texts) == whole(one, texts)


def test_a_later_batch_has_the_ids_of_one_call(one, monkeypatch):
    monkeypatch.setattr("bench.training.batches.PROBED", 50)
    monkeypatch.setattr("bench.training.batches.BATCH", 50)
    texts = hostile(200)
    assert token_ids(one, texts, special=True) == whole(one, texts, special=True)


@pytest.mark.parametrize("name", ["tiny-t5", "phi-3-mini", "t5-small", "flan-t5"])
def test_a_tokenizer_with_other_rules_is_left_alone(name):
    assert by_word(tokenizer(name), special=True) is None


def test_a_tokenizer_that_does_not_cut_texts_is_left_alone():
    assert by_word(byte_tokenizer(), special=False) is None


def test_a_space_put_before_each_piece_is_left_alone():
    assert by_word(trained(pre_tokenizers.ByteLevel(add_prefix_space=True)), special=False) is None


def test_a_cut_after_bytes_became_characters_is_left_alone():
    cut = pre_tokenizers.Split(Regex(words.QWEN2), "isolated")
    after = pre_tokenizers.Sequence([pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False), cut])
    assert by_word(trained(after), special=False) is None


def test_a_pattern_of_nobodys_is_left_alone():
    assert by_word(trained(split(r"\w+|\W+")), special=False) is None
    assert by_word(trained(pre_tokenizers.Split(Regex(words.QWEN2), "removed")), special=False) is None


@pytest.mark.parametrize("bound", [{"lstrip": True}, {"rstrip": True}, {"single_word": True}])
def test_added_tokens_that_look_at_their_neighbours_are_left_alone(bound):
    made = trained(split(words.LLAMA3))
    made.add_tokens([AddedToken("<end>", **bound)])
    assert by_word(made, special=False) is None


def test_an_added_token_with_white_space_in_it_is_left_alone():
    made = trained(split(words.LLAMA3))
    made.add_tokens(["so on"])
    assert by_word(made, special=False) is None


def test_merges_dropped_at_random_are_left_alone():
    made = trained(split(words.LLAMA3))
    made.backend_tokenizer.model.dropout = 0.1
    assert by_word(made, special=False) is None


def test_a_full_memory_is_emptied_and_changes_no_id(one, monkeypatch):
    monkeypatch.setattr(words, "MOST", 20)
    texts, found = hostile(300), by_word(one, special=False)
    assert [ids for at in range(300) for ids in found.ids(texts[at : at + 1])] == whole(one, texts)
    assert len(found.known.pieces) + len(found.known.spaced) <= 60


def test_a_long_word_is_not_remembered(one):
    found = by_word(one, special=False)
    found.ids(["short " + "x" * 99, "x" * 99 + " small"])
    assert (list(found.known.pieces), list(found.known.spaced)) == (["short"], ["small"])


def test_texts_with_and_without_what_goes_around_them_share_their_words(one):
    bare = by_word(one, special=False)
    bare.ids(["one small step"])
    around = by_word(one, special=True, known=bare.known)
    assert around.ids(["one small step"]) == whole(one, ["one small step"], special=True)
    assert list(bare.known.spaced) == ["small", "step"]


@pytest.mark.parametrize("blanks", ["  ", "\n ", " \n", "\n \n", "\t ", "\u3000 ", " \n\n "])
def test_a_space_beside_other_white_space_has_the_ids_of_the_whole_text(one, blanks):
    texts = [f"one{blanks}two", f"{blanks}one two", f"one two{blanks}", f"one.{blanks}2 !{blanks}x", blanks]
    assert by_word(one, special=False).ids(texts) == whole(one, texts)


def test_new_words_whose_bytes_a_normaliser_changes_are_tokenised_apart():
    made = trained(CUTS["qwen2's cuts"], normalizers.NFC())
    texts = ["a e\u0301 b \u1100\u1161 c", "one cafe\u0301 two"]
    assert by_word(made, special=False).ids(texts) == whole(made, texts)
