import pytest

from bench import catalog
from bench.data.gutenberg import Removed, chapters, clean
from bench.data.reading import read_file
from bench.data.source import open_source

PROSE = "The rain had stopped before anyone in the village woke, and the road was white with dust again by noon.\n"


def loaded(tmp_path, text, name="d.txt"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_file(path)


def numbers(text):
    return [chapter.number for chapter in chapters(text)]


@pytest.mark.parametrize("edition", ["1342-0.txt", "1342.txt", "pride_prejudice.txt"])
def test_each_edition_of_pride_and_prejudice_has_61_chapters(shared, edition):
    book = read_file(shared(f"data/gutenberg/{edition}"))
    assert [example.id for example in book.examples] == [f"chapter-{number:02d}" for number in range(1, 62)]
    assert book.examples[0].response.startswith("It is a truth universally acknowledged")
    assert "the means of uniting them." in book.examples[-1].response[-300:]
    everything = "".join(example.response for example in book.examples)
    assert not any(word in everything for word in ("Gutenberg", "Illustration", "\r", "\ufeff", "CHAPTER"))


def test_what_is_left_out_of_the_illustrated_edition_is_told(shared):
    reasons = [drop.reason for drop in read_file(shared("data/gutenberg/pride_prejudice.txt")).dropped]
    assert any(reason.startswith("illustration: 162 blocks") for reason in reasons)
    assert any(reason.startswith("front matter before chapter 1: 33,") for reason in reasons)


def test_header_licence_and_byte_order_mark_are_dropped_with_their_lines(tmp_path):
    text = (
        "\ufeffThe Project Gutenberg EBook\r\n\r\n*** START OF THIS PROJECT GUTENBERG EBOOK A TALE\r\nOF RAIN ***\r\n"
        f"Chapter 1\r\n\r\n{PROSE}\r\nEnd of the Project Gutenberg EBook of A Tale\r\n\r\nLicence\r\n"
    )
    book = loaded(tmp_path, text)
    assert [(e.response, e.where) for e in book.examples] == [(PROSE.strip(), "5")]
    assert [drop.where.rpartition(":")[2] for drop in book.dropped] == ["1", "9"]
    assert [drop.reason for drop in book.dropped] == [
        "Project Gutenberg header: lines 1-4",
        "Project Gutenberg licence: lines 9-11",
    ]


def test_an_end_mark_alone_ends_the_book():
    assert clean(f"{PROSE}*** END OF THE PROJECT GUTENBERG EBOOK 7 ***\nLicence").text == PROSE.strip()


def test_illustrations_may_span_lines_and_nest_brackets():
    cleaned = clean(f"{PROSE}\n[Illustration:\n\nA hat\n\n[_Copyright_]]\n\n{PROSE}  [Illustration] {PROSE}")
    assert cleaned.text == f"{PROSE}\n{PROSE} {PROSE}"
    assert cleaned.removed == (Removed("illustration", 3, 7), Removed("illustration", 10, 10))
    assert cleaned.numbers == (1, 2, 9, 10, 11)


def test_an_illustration_that_never_closes_does_not_swallow_the_book():
    text = "[Illustration: a hat\n\n" + PROSE * 200
    assert clean(text).text == text


def test_a_heading_inside_an_illustration_is_found():
    text = clean(f"Preface\n\n[Illustration: A TALE\n\n\nChapter I.]\n\n{PROSE}\nCHAPTER II.\n\n{PROSE}").text
    assert [(c.number, c.text) for c in chapters(text)] == [(1, PROSE.strip()), (2, PROSE.strip())]


@pytest.mark.parametrize(
    ("heading", "number", "title"),
    [
        ("Chapter 1", 1, ""),
        ("CHAPTER I.", 1, ""),
        ("  chapter i", 1, ""),
        ("CHAPTER 1. The Rain", 1, "The Rain"),
        ("Chapter I: The Rain", 1, "The Rain"),
        ("CHAPTER I—THE RAIN", 1, "THE RAIN"),
        ("## Chapter 1", 1, ""),
        ("**Chapter 1: “Rain”**", 1, "“Rain”"),
    ],
)
def test_headings_in_many_styles(heading, number, title):
    assert [c[:3] for c in chapters(f"A preface.\n\n{heading}\n\n{PROSE}")] == [(number, title, PROSE.strip())]


@pytest.mark.parametrize(
    "text", ["Chapter 1 was short.", "See Chapter 1", "Chapter Mix", "Chapter\n1", "Chapter I'm in"]
)
def test_a_sentence_that_names_a_chapter_is_no_heading(text):
    assert numbers(f"{PROSE}\n{text}\n{PROSE}") == []


def test_a_mention_on_a_line_of_its_own_does_not_break_the_count():
    assert numbers("".join(f"Chapter {n}\n{PROSE}" for n in (1, 2, 9, 3, 2, 4))) == [1, 2, 3, 4]


def test_roman_numerals_count_to_a_hundred_and_beyond():
    romans = ["XXXIX", "XL", "XLI", "XLIX", "L", "XC", "XCIX", "C", "CXLIV"]
    assert numbers("".join(f"CHAPTER {n}.\n{PROSE}" for n in romans)) == [39, 40, 41, 49, 50, 90, 99, 100, 144]


@pytest.mark.parametrize("gap", ["", "\n", "A rainy day . . . . 9\n\n"])
def test_a_table_of_contents_is_front_matter(tmp_path, gap):
    contents = "".join(f"CHAPTER {n}. Rain\n{gap}" for n in ("I", "II", "III"))
    book = "".join(f"\nCHAPTER {n}. Rain\n\n{PROSE * 20}" for n in ("I", "II", "III"))
    found = loaded(tmp_path, f"Contents\n\n{contents}\nPreface\n\n{PROSE * 30}\n{book}")
    assert [(e.id, e.response) for e in found.examples] == [(f"chapter-0{n}", (PROSE * 20).strip()) for n in (1, 2, 3)]
    assert found.dropped[0].reason.startswith("front matter before chapter 1: 3,")


def test_volumes_that_count_anew_are_numbered_on(tmp_path):
    volume = "".join(f"\nCHAPTER {n}\n\n{PROSE}" for n in (1, 2))
    book = loaded(tmp_path, f"VOLUME I\n{volume}\nVOLUME THE SECOND\n\nThe Drought\n{volume}")
    assert [e.id for e in book.examples] == [
        "chapter-01-volume-1-chapter-1",
        "chapter-02-volume-1-chapter-2",
        "chapter-03-volume-2-chapter-1",
        "chapter-04-volume-2-chapter-2",
    ]
    assert {e.response for e in book.examples} == {PROSE.strip()}
    assert "'VOLUME THE SECOND The Drought'" in book.dropped[1].reason


def test_volumes_whose_chapters_count_on_keep_plain_ids(tmp_path):
    parts = [f"PART {part}\n\nChapter {n}\n{PROSE}\n" for part, n in (("ONE", 1), ("TWO", 2))]
    assert [e.id for e in loaded(tmp_path, "".join(parts)).examples] == ["chapter-01", "chapter-02"]


def test_a_chapter_whose_heading_is_missing_is_told(tmp_path):
    book = loaded(tmp_path, "".join(f"Chapter {n}\n{PROSE}" for n in (1, 2, 4, 5)))
    assert [e.id for e in book.examples] == ["chapter-01", "chapter-02", "chapter-04", "chapter-05"]
    assert "no heading of chapter 3 was found" in book.dropped[0].reason


def test_an_empty_chapter_is_dropped(tmp_path):
    assert loaded(tmp_path, f"Chapter 1\n{PROSE}Chapter 2\n").dropped[0].reason == "the answer is empty"


def test_an_excerpt_may_start_at_a_later_chapter():
    assert numbers(f"Chapter 34\n{PROSE}") == [34]


def test_text_without_chapters_is_one_example_and_keeps_its_italics(tmp_path):
    (example,) = loaded(tmp_path, b"\xef\xbb\xbf_Rain_ is \r\nwater.\r\n", "d.md").examples
    assert (example.id, example.response, example.kind) == ("text-1", "_Rain_ is \nwater.", "text")


def test_sentences_with_labels_are_no_book(tmp_path):
    (tmp_path / "d.txt").write_text("Sales rose .@positive\nSales fell .@negative\n")
    source = open_source(tmp_path / "d.txt")
    assert [n for n in catalog.names("format") if catalog.load("format", n)[0].matches(source)] == [
        "financial_phrasebank"
    ]
