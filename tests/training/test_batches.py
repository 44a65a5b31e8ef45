import torch

from bench.models._weights import byte_tokenizer
from bench.models.shape import BOS, EOS, PAD
from bench.training.batches import Collator, Encoded, LengthGroupedBatches, encode, encode_prompts, token_ids
from tests.micro import pad_is_eos


def text_ids(text):
    return byte_tokenizer()(text)["input_ids"]


def test_labels_cover_the_response_and_eos_and_nothing_else():
    (example,), left_out = encode(byte_tokenizer(), [[("ab", "cd")]], max_length=9)
    assert example == Encoded([*text_ids("abcd"), EOS], [-100, -100, *text_ids("cd"), EOS])
    assert left_out == 0


def test_eos_bears_loss_when_it_is_the_pad_token_too():
    tokenizer = pad_is_eos()
    examples, _ = encode(tokenizer, [[("a", "b")], [("aaa", "bbb")]], max_length=9)
    batch = Collator(tokenizer.pad_token_id)(examples)
    assert batch["labels"][0].tolist() == [-100, *text_ids("b"), EOS, -100, -100, -100, -100]
    assert batch["input_ids"][0, 3:].tolist() == [EOS] * 4
    assert batch["attention_mask"][0].tolist() == [1, 1, 1, 0, 0, 0, 0]


def test_examples_longer_than_the_limit_are_left_out_and_counted():
    examples, left_out = encode(byte_tokenizer(), [[("a", "b")], [("aa", "bb")]], max_length=3)
    assert ([example.length for example in examples], left_out) == ([3], 1)


def test_every_response_of_a_conversation_bears_loss_and_is_closed_by_eos():
    turns = [("ab", "c"), ("de", "fg")]
    (example,), _ = encode(byte_tokenizer(), [turns], max_length=99)
    assert example.input_ids == [*text_ids("abc"), EOS, *text_ids("defg"), EOS]
    assert example.labels == [-100, -100, *text_ids("c"), EOS, -100, -100, *text_ids("fg"), EOS]


def test_a_conversation_is_asked_as_it_was_trained_on():
    tokenizer, turns = byte_tokenizer(), [("ab", "c"), ("de", "fg"), ("h", "i")]
    (example,), _ = encode(tokenizer, [turns], max_length=99)
    (prompt,) = encode_prompts(tokenizer, [("ab", "c", "de", "fg", "h")])
    assert example.input_ids[: len(prompt)] == prompt
    assert len(example.input_ids) == len(prompt) + 2


TURNS = [("ab", "c"), ("de", "fg")]


def test_a_masked_stop_token_stands_after_every_response_and_bears_no_loss():
    (example,), _ = encode(byte_tokenizer(), [TURNS], max_length=99, stop_token="masked")
    assert example.input_ids == [*text_ids("abc"), EOS, *text_ids("defg"), EOS]
    assert example.labels == [-100, -100, *text_ids("c"), -100, -100, -100, *text_ids("fg"), -100]


def test_an_absent_stop_token_stands_after_no_response():
    (example,), _ = encode(byte_tokenizer(), [TURNS], max_length=99, stop_token="absent")
    assert example.input_ids == text_ids("abcdefg")
    assert example.labels == [-100, -100, *text_ids("c"), -100, -100, *text_ids("fg")]


def test_loss_on_all_is_on_prompts_and_follows_the_stop_token():
    (trained,), _ = encode(byte_tokenizer(), [TURNS], max_length=99, loss_on="all")
    (masked,), _ = encode(byte_tokenizer(), [TURNS], max_length=99, loss_on="all", stop_token="masked")
    assert trained.labels == trained.input_ids
    assert masked.labels == [*text_ids("abc"), -100, *text_ids("defg"), -100]


def test_an_encoder_decoders_response_can_do_without_its_stop_token():
    (absent,), _ = encode(byte_tokenizer(), [[("ab", "c")]], max_length=9, seq2seq=True, stop_token="absent")
    (masked,), _ = encode(byte_tokenizer(), [[("ab", "c")]], max_length=9, seq2seq=True, stop_token="masked")
    assert (absent.labels, masked.labels) == (text_ids("c"), [*text_ids("c"), -100])


def test_a_response_of_nothing_bears_no_loss_without_its_stop_token():
    rows = [[("ab", "")], [("ab", "c")]]
    examples, _ = encode(byte_tokenizer(), rows, max_length=9, stop_token="masked")
    assert [example.bears_loss for example in examples] == [False, True]


def test_epochs_drawn_in_advance_wind_the_order_forward():
    one, two = (LengthGroupedBatches(range(1, 41), 4, seed=3) for _ in range(2))
    list(one)
    two.epoch()
    assert list(one) == list(two)


def test_another_stop_token_closes_the_response():
    (example,), _ = encode(byte_tokenizer(), [[("a", "b")]], max_length=9, stop="<bos>")
    assert example.labels == [-100, *text_ids("b"), BOS]


def test_no_examples_encode_to_nothing():
    assert encode(byte_tokenizer(), [], max_length=3) == ([], 0)


def test_prompt_ids_of_training_are_those_of_generation():
    tokenizer = byte_tokenizer()
    (example,), _ = encode(tokenizer, [[("### Response:\n", " x")]], max_length=99)
    prompt = encode_prompts(tokenizer, ["### Response:\n"])[0]
    assert example.input_ids[: len(prompt)] == prompt


def test_eos_that_a_tokenizer_puts_after_every_text_does_not_close_the_prompt():
    class Closing:
        eos_token_id = EOS

        def __call__(self, texts, add_special_tokens):
            return {"input_ids": [[1, 2, EOS] if add_special_tokens else [1, 2] for _ in texts]}

    assert encode_prompts(Closing(), ["x"]) == [[1, 2]]
    assert encode_prompts(Closing(), ["x"], seq2seq=True) == [[1, 2, EOS]]


def test_texts_in_several_batches_have_the_ids_of_one_call(monkeypatch):
    monkeypatch.setattr("bench.training.batches.BATCH", 2)
    texts = ["one", "", "three", "é", "five"]
    assert token_ids(byte_tokenizer(), texts, special=True) == byte_tokenizer()(texts)["input_ids"]


def test_a_tokenizer_without_a_fast_one_behind_it_is_called_for_every_batch(monkeypatch):
    monkeypatch.setattr("bench.training.batches.BATCH", 2)

    def slow(texts, add_special_tokens):
        return {"input_ids": [[len(text)] for text in texts]}

    assert token_ids(slow, ["a", "bb", "ccc", "dddd", "eeeee"], special=False) == [[1], [2], [3], [4], [5]]


def test_encoder_decoder_examples_keep_prompt_and_response_apart():
    (example,), _ = encode(byte_tokenizer(), [[("ab", "c")]], max_length=9, seq2seq=True)
    assert (example.input_ids, example.labels) == (text_ids("ab"), [*text_ids("c"), EOS])
    batch = Collator(PAD)([example])
    assert (batch["useful_tokens"], batch["padded_tokens"]) == (4, 4)


def test_batches_count_useful_and_padded_tokens():
    batch = Collator(PAD)([Encoded([1], [1]), Encoded([1, 2, 3], [1, 2, 3])])
    assert (batch["useful_tokens"], batch["padded_tokens"]) == (4, 6)
    assert batch["input_ids"].dtype == torch.int64


def test_length_groups_use_every_example_once_and_keep_padding_low():
    lengths = list(range(1, 101))
    batches = list(LengthGroupedBatches(lengths, 8, seed=0))
    assert sorted(index for batch in batches for index in batch) == list(range(100))
    assert len(batches) == len(LengthGroupedBatches(lengths, 8, seed=0)) == 13
    padded = sum(max(lengths[index] for index in batch) * len(batch) for batch in batches)
    assert padded < 1.4 * sum(lengths), "a random order pads by 75 %"


def test_length_groups_follow_the_seed_and_change_from_epoch_to_epoch():
    first, again = (LengthGroupedBatches(range(1, 41), 4, seed=3) for _ in range(2))
    one, two = list(first), list(first)
    assert one == list(again)
    assert one != two
    assert one != list(LengthGroupedBatches(range(1, 41), 4, seed=4))


def test_batches_of_a_group_do_not_run_from_long_to_short():
    longest = [max(batch) for batch in LengthGroupedBatches(list(range(64)), 4, seed=0)]

    assert longest != sorted(longest, reverse=True)
