import pytest

from bench.ifeval.sentence_count import count_sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" \n", 0),
        ("no end mark", 1),
        ("One. Two! Three?", 3),
        ("Wait!!! What?! No.", 3),
        ("Stop!!", 2),  # as Punkt does: the last mark of several at the very end
        ("One.Two.", 1),
        ("A line\nand its end", 1),
        ("It costs 3.5 euros.", 1),
        ("Dr. Reed met J. Brown. They left.", 2),
        ("It rains at 5 p.m. on Sundays.", 1),
        ("It was 5 p.m. The rain stopped.", 2),
        ("Well... maybe not.", 1),
        ("Well... The rain stopped.", 2),
        ("1. Boil the water.", 2),
        ("It was no. 1. in the list", 2),
        ('He said "no." Then he left.', 2),
        ('"Why?"', 1),
        ('"Why?" she asked.', 2),
        ("(It rained.) We left.", 2),
        ("vitamin C. The rest", 2),
        (". . .", 3),
    ],
)
def test_number_of_sentences(text, count):
    assert count_sentences(text) == count


@pytest.mark.parametrize("text", ["." * 10**6, "a. " * 300_000, '.")' * 300_000, "?" + " " * 10**6, "a.)" * 300_000])
def test_a_megabyte_takes_linear_time(text):
    assert count_sentences(text)
