import pytest

from bench.sentences import is_item, sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" \n\t\n", 0),
        ("One. Two! Three?", 3),
        ("It costs 3.5 euros.", 1),
        ("Dr. Smith met J. Brown at 5 p.m. today.", 1),
        ("Well... maybe not.", 1),
        ('"Why?" she asked.', 1),
        ('He said "no." Then he left.', 2),
        ("first line\nsecond line", 2),
        ("1. Boil the water.\n2. Add salt.", 2),
        ("我喜欢茶。你呢？", 2),
        ("no end mark", 1),
        ("lower case. after a stop.", 2),
    ],
)
def test_number_of_sentences(text, count):
    assert len(sentences(text)) == count


def test_fenced_code_is_one_sentence():
    assert sentences("Here it is.\n```python\na = 1\nb = 2\n```\nDone.") == [
        "Here it is.",
        "```python\na = 1\nb = 2\n```",
        "Done.",
    ]


@pytest.mark.parametrize("text", ["." * 1_000_000, "a. " * 300_000, "`" * 1_000_000, '."' * 500_000])
def test_a_megabyte_takes_linear_time(text):
    assert sentences(text)


def test_bullets_and_numbers_are_items():
    assert [is_item(line) for line in ("- a", "* b", "2) c", "12. d", "3.5 e", "word")] == [True] * 4 + [False] * 2
