"""How many words, sentences and paragraphs a response has, and which word opens a paragraph."""

import re

from bench.ifeval.instruction import Instruction, compare
from bench.ifeval.sentence_count import count_sentences

WORD = re.compile(r"\w+")
DIVIDER = re.compile(r"\s?\*\*\*\s?")
WORD_END = re.compile(r"[.,?!'\"]")


def number_words(response: str, num_words: int, relation: str) -> bool:
    """Runs of letters, digits and underscores: "don't" and "well-known" are two words each."""
    return compare(len(WORD.findall(response)), relation, num_words)


def number_sentences(response: str, num_sentences: int, relation: str) -> bool:
    return compare(count_sentences(response), relation, num_sentences)


def number_paragraphs(response: str, num_paragraphs: int) -> bool:
    """Exactly so many between dividers ***; only the first and the last may be blank, and then do not count."""
    filled = [bool(paragraph.strip()) for paragraph in DIVIDER.split(response)]
    return all(filled[1:-1]) and sum(filled) == num_paragraphs


def nth_paragraph_first_word(response: str, num_paragraphs: int, nth_paragraph: int, first_word: str) -> bool:
    """Exactly so many paragraphs between blank lines, blank ones not counted but numbered, and the word in the nth."""
    paragraphs = response.split("\n\n")
    filled = sum(bool(paragraph.strip()) for paragraph in paragraphs)
    if filled != num_paragraphs or nth_paragraph > filled:
        return False
    return opening(paragraphs[int(nth_paragraph) - 1]) == first_word.lower()


def opening(paragraph: str) -> str:
    """The first word in lower case, without quotes before it and up to the first punctuation mark."""
    words = paragraph.split(maxsplit=1)
    return WORD_END.split(words[0].lstrip("'").lstrip('"'), maxsplit=1)[0].lower() if words else ""


INSTRUCTIONS = {
    "length_constraints:number_words": Instruction(
        number_words, {"num_words": "count", "relation": "relation"}, relation="relation"
    ),
    "length_constraints:number_sentences": Instruction(
        number_sentences, {"num_sentences": "count", "relation": "relation"}, relation="relation"
    ),
    "length_constraints:number_paragraphs": Instruction(number_paragraphs, {"num_paragraphs": "count"}),
    "length_constraints:nth_paragraph_first_word": Instruction(
        nth_paragraph_first_word, {"num_paragraphs": "count", "nth_paragraph": "ordinal", "first_word": "text"}
    ),
}
