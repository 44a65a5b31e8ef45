"""Files of each kind become passages with their chapter and place; what cannot be read is named."""

import pytest

from bench.errors import UserError
from bench.synthesis.documents import from_text, read_document
from bench.synthesis.gather import gather, passages
from bench.synthesis.rows import PASSAGES, Passage, appending, read_rows

STORY = "Chapter 1. The Pier\n\nMara sat on the pier.\nShe waited.\n\nChapter 2\n\nThe _ferry_ came at noon."


@pytest.fixture
def story(tmp_path):
    path = tmp_path / "story.txt"
    path.write_text(STORY, encoding="utf-8")
    return path


def test_a_passage_knows_its_chapter_title_and_source(story):
    first, second = gather(story).passages
    assert (first.chapter, first.title, first.source, first.id) == (1, "The Pier", "story.txt", "story-01-001")
    assert (second.chapter, second.title) == (2, "")


def test_offsets_give_the_same_words(story):
    document = read_document(story)
    for passage in passages(document):
        raw = document.text[passage.start : passage.end]
        assert raw.replace("_", "").split() == passage.text.split()


def test_lines_are_joined_and_marks_of_italics_are_gone(story):
    assert [passage.text for passage in gather(story).passages] == [
        "Mara sat on the pier. She waited.",
        "The ferry came at noon.",
    ]


def test_a_paragraph_that_an_illustration_cut_in_two_is_one():
    text = "The road went up\n\n[Illustration: a road]\n\nand over the hill.\n\nThen it ended."
    (passage,) = passages(from_text("road.txt", text))
    assert passage.text == "The road went up and over the hill.\n\nThen it ended."


def test_a_long_paragraph_is_cut_at_the_end_of_a_sentence():
    text = " ".join(f"Sentence number {number} says very little." for number in range(100))
    found = list(passages(from_text("long.txt", text)))
    assert len(found) > 2
    assert all(passage.text.endswith("little.") and len(passage.text.split()) <= 220 for passage in found)


def test_text_without_chapters_is_chapter_0():
    assert [passage.chapter for passage in passages(from_text("note.txt", "A note.\n"))] == [0]


def test_html_loses_scripts_and_navigation_and_keeps_its_headings(tmp_path):
    pytest.importorskip("bs4")
    path = tmp_path / "page.html"
    path.write_text(
        "<html><head><title>x</title></head><body><nav><p>Home</p></nav><h1>Tea</h1><p>Pour &amp; wait.</p>"
        "<script>alert(1)</script><h2>Coffee</h2><ul><li>Grind it.</li></ul></body></html>"
    )
    found = gather(path).passages
    assert [(passage.chapter, passage.title, passage.text) for passage in found] == [
        (1, "Tea", "Pour & wait."),
        (2, "Coffee", "Grind it."),
    ]


def test_markdown_loses_its_marks(tmp_path):
    path = tmp_path / "notes.md"
    path.write_text("# Boats\n\nA **boat** floats on [water](http://x).\n")
    (passage,) = gather(path).passages
    assert (passage.title, passage.text) == ("Boats", "A boat floats on water.")


def test_word_files_are_read_with_their_headings(tmp_path):
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_heading("Rain", 1)
    document.add_paragraph("It rained all week.")
    document.save(tmp_path / "report.docx")
    (passage,) = gather(tmp_path / "report.docx").passages
    assert (passage.title, passage.text) == ("Rain", "It rained all week.")


def pdf_of(path, text="Hello from a page.", password=""):
    """A PDF of one page with one line of text."""
    pypdf = pytest.importorskip("pypdf")
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    def names(**values):
        return DictionaryObject(
            {
                NameObject(f"/{key}"): value if isinstance(value, DictionaryObject) else NameObject(value)
                for key, value in values.items()
            }
        )

    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(612, 792)
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode())
    page[NameObject("/Contents")] = stream
    font = names(Type="/Font", Subtype="/Type1", BaseFont="/Helvetica")
    page[NameObject("/Resources")] = names(Font=names(F1=font))
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(path)
    return path


def test_a_pdf_gives_its_text(tmp_path):
    (passage,) = gather(pdf_of(tmp_path / "page.pdf")).passages
    assert passage.text == "Hello from a page."


def test_an_encrypted_pdf_is_refused(tmp_path):
    with pytest.raises(UserError, match="encrypted"):
        gather(pdf_of(tmp_path / "page.pdf", password="secret"))


def test_a_pdf_of_pictures_is_refused(tmp_path):
    with pytest.raises(UserError, match="text recognition"):
        gather(pdf_of(tmp_path / "page.pdf", text=""))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.html", b"  \n ", "empty"),
        ("binary.txt", b"\x00\x01\x02" * 100, "NUL|binary"),
        ("picture.png", b"\x89PNG", "unknown suffix '.png'"),
        ("broken.pdf", b"%PDF-1.4 nothing", "no readable PDF"),
        ("broken.docx", b"PK\x03\x04nothing", "no readable Word file"),
    ],
)
def test_a_file_that_is_no_text_is_refused_by_name(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=f"{name}.*(?:{message})"):
        gather(tmp_path / name)


def test_a_text_of_a_gigabyte_is_refused_with_the_limit_and_not_read(tmp_path):
    with (tmp_path / "huge.txt").open("wb") as file:
        file.write(b"word " * 100)
        file.truncate(1 << 30)
    with pytest.raises(UserError, match=r"huge\.txt.*(?:64 MiB|NUL)"):
        gather(tmp_path / "huge.txt")


def test_a_packed_giant_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    docx = pytest.importorskip("docx")
    docx.Document().save(tmp_path / "bomb.docx")
    monkeypatch.setattr("bench.synthesis.documents.LARGEST", 1000)
    with pytest.raises(UserError, match="split it"):
        gather(tmp_path / "bomb.docx")


def test_a_folder_gives_what_can_be_read_and_names_what_cannot(story):
    (story.parent / "empty.txt").write_text("")
    (story.parent / ".hidden.txt").write_text("Secret.")
    found = gather(story.parent)
    assert {passage.source for passage in found.passages} == {"story.txt"}
    assert [(one.id, one.stage) for one in found.dropped] == [("empty.txt", "gather")]


def test_a_folder_without_readable_files_is_refused(tmp_path):
    with pytest.raises(UserError, match="no passage was found"):
        gather(tmp_path)


def test_a_torn_last_line_is_taken_off_before_the_next_row(tmp_path):
    path = tmp_path / PASSAGES
    row = Passage(id="a", chapter=1, text="x", start=0, end=1, source="s")
    with appending(path) as append:
        append(row)
    with path.open("a") as file:
        file.write('{"id": "torn')
    assert read_rows(path, Passage) == [row]
    with appending(path) as append:
        append(row.model_copy(update={"id": "b"}))
    assert [one.id for one in read_rows(path, Passage)] == ["a", "b"]


def test_a_damaged_row_is_named_with_its_line(tmp_path):
    path = tmp_path / PASSAGES
    path.write_text('{"id": "a"}\n')
    with pytest.raises(UserError, match=r"passages\.jsonl:1: no passage: chapter"):
        read_rows(path, Passage)
