import json

import pytest

from bench.data.formats import financial_phrasebank
from bench.data.reading import read_file
from bench.data.source import open_source
from bench.errors import UserError

LINES = "Sales rose .@positive\r\nMäkinen Oyj cut jobs .@negative\r\n"


def load(tmp_path, content, name="Sentences.txt"):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_file(tmp_path / name, "financial_phrasebank")


def recognised(tmp_path, content, name="Sentences.txt"):
    (tmp_path / name).write_text(content)
    return financial_phrasebank.matches(open_source(tmp_path / name))


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_the_original_encoding_and_copies_of_it_give_the_same_examples(tmp_path, encoding, line_end):
    loaded = load(tmp_path, LINES.replace("\r\n", line_end).encode(encoding))
    assert [(e.input, e.label) for e in loaded.examples] == [
        ("Sales rose .", "positive"),
        ("Mäkinen Oyj cut jobs .", "negative"),
    ]


def test_the_sentence_is_asked_about_and_the_label_is_the_response(tmp_path):
    found = load(tmp_path, LINES).examples[0]
    assert found.question == "Classify the sentiment of the following financial news.\nSales rose ."
    assert (found.response, found.label, found.category, found.source) == (
        "positive",
        "positive",
        "sentiment",
        "Sales rose .",
    )


def test_a_file_of_two_encodings_is_refused_at_the_odd_line(tmp_path):
    mixed = "Ä .@neutral\n".encode() * 2 + "Ö .@neutral\n".encode("latin-1") + "Å .@neutral\n".encode()
    with pytest.raises(UserError, match=r"Sentences.txt:3: this line is ISO-8859-1, but others are UTF-8"):
        load(tmp_path, mixed)


def test_one_utf8_line_in_the_original_encoding_is_the_odd_one(tmp_path):
    mixed = "Ä .@neutral\nÖ .@neutral\n".encode("latin-1") + "Å .@neutral\n".encode()
    with pytest.raises(UserError, match=r"Sentences.txt:3: this line is UTF-8, but others are ISO-8859-1"):
        load(tmp_path, mixed)


def test_the_last_at_sign_divides(tmp_path):
    assert load(tmp_path, "Write to ir@example.com .@neutral\n").examples[0].input == "Write to ir@example.com ."


def test_a_sentence_that_repeats_stays_and_has_one_source(tmp_path):
    first, second = load(tmp_path, "Sales rose .@positive\n" * 2).examples
    assert first.id != second.id
    assert first.source == second.source


def test_a_sentence_with_two_labels_is_reported(tmp_path):
    loaded = load(tmp_path, "Sales rose .@positive\nSales rose .@neutral\n")
    assert (len(loaded.examples), len(loaded.contradictions)) == (2, 1)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Sales rose .@bullish", "unknown label 'bullish'"),
        ("Sales rose .@", "unknown label ''"),
        ("Sales rose .", "no label"),
        (" @neutral", "the sentence is empty"),
    ],
)
def test_a_line_that_cannot_be_used_is_dropped_with_its_reason(tmp_path, line, reason):
    loaded = load(tmp_path, f"\nSales fell .@negative\n{line}\n")
    ((where, found),) = loaded.dropped
    assert where.endswith("Sentences.txt:3")
    assert found.startswith(reason)


@pytest.mark.parametrize("label", ["negative", 0, "0"], ids=repr)
def test_a_table_names_its_labels_or_numbers_them_as_the_hub_does(tmp_path, label):
    loaded = load(tmp_path, json.dumps([{"sentence": "Sales fell .", "label": label}]), "d.json")
    assert loaded.labels == {"negative": 1}


@pytest.mark.parametrize(("label", "reason"), [(None, "no label"), (3, "unknown label '3'"), ("up", "unknown label")])
def test_a_table_row_without_a_known_label_is_dropped(tmp_path, label, reason):
    rows = [{"sentence": "Sales fell .", "label": 0}, {"sentence": "Sales rose .", "label": label}]
    assert load(tmp_path, json.dumps(rows), "d.json").dropped[0].reason.startswith(reason)


def test_a_table_label_of_a_wrong_type_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"d.json:1: 'label' is \['negative'\]; expected one of"):
        load(tmp_path, json.dumps([{"sentence": "Sales fell .", "label": ["negative"]}]), "d.json")


def test_a_csv_table_is_recognised(tmp_path):
    assert recognised(tmp_path, "sentence,label\nSales fell .,0\n", "d.csv")
    assert recognised(tmp_path, "id,sentence,label\n1,Sales fell .,negative\n", "d.csv")


def test_other_sets_of_numbered_sentences_are_not_taken_for_it(tmp_path):
    assert not recognised(tmp_path, "idx,sentence,label\n0,a fine film,1\n", "d.csv")


def test_prose_that_names_addresses_is_not_taken_for_it(tmp_path):
    assert not recognised(tmp_path, "Contact:\nme@example.com\nLabels look like this:\nSales rose .@positive\n")


@pytest.mark.parametrize(
    ("file", "labels"),
    [
        ("Sentences_AllAgree.txt", {"neutral": 1391, "positive": 570, "negative": 303}),
        ("variant_utf8_lf_Sentences_AllAgree.txt", {"neutral": 1391, "positive": 570, "negative": 303}),
        ("Sentences_75Agree.txt", {"neutral": 2146, "positive": 887, "negative": 420}),
    ],
)
def test_real_files_load_whole(shared, file, labels):
    loaded = read_file(shared(f"data/financial_phrasebank/{file}"))
    assert (loaded.format, loaded.dropped, loaded.labels) == ("financial_phrasebank", (), labels)
    assert not any("\ufffd" in e.input or "\r" in e.input for e in loaded.examples)


def test_the_real_original_and_its_utf8_copy_are_the_same_sentences(shared):
    files = ("Sentences_AllAgree.txt", "variant_utf8_lf_Sentences_AllAgree.txt")
    one, other = (read_file(shared(f"data/financial_phrasebank/{file}")).examples for file in files)
    assert [e.input for e in one] == [e.input for e in other]


@pytest.mark.parametrize("file", ["README.txt", "License.txt"])
def test_the_texts_beside_the_real_data_are_not_taken_for_it(shared, file):
    assert not financial_phrasebank.matches(open_source(shared(f"data/financial_phrasebank/{file}")))
