"""Questions that a name answers: who did it, and who said it."""

import pytest

from bench.synthesis.clauses import every_clause
from bench.synthesis.doings import deeds, doings, sayings, sayings_in
from bench.synthesis.entities import find_entities
from bench.synthesis.ground import Grounder
from bench.synthesis.instruct import by_templates
from bench.synthesis.naming import Found
from bench.synthesis.rows import Passage
from bench.synthesis.teachers.rules import RuleTeacher
from bench.synthesis.templates import Template

ADA = Found("Ada", ("Ada Moor", "Ada"))
TOLD = 'Ada lit the lamp and climbed the tower. The bell rang.\n\n"We are late," said Ben. "Hurry up to the tower."'


def passage(text, name="p-1"):
    return Passage(id=name, chapter=1, text=text, start=0, end=len(text), source="tower.txt")


def clause(text):
    return next(iter(every_clause(text)))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Ada lit the lamp and climbed the tower.", ["lit the lamp", "climbed the tower"]),
        ("Ada lit the lamp, and her brother climbed the tower.", ["lit the lamp"]),
        ("Ada told him that Ben had known and had slept.", ["told him"]),
        ("At the end of the day, Ada lit the lamp.", ["lit the lamp"]),
        ("Ada carried the box and the bag to the old house.", ["carried the box"]),
        ("Ada knew.", []),
        ("The old lamp burned all night.", []),
        ('"Ada lit the lamp," said Ben.', []),
    ],
)
def test_deeds_are_the_subjects_own_and_end_where_another_clause_begins(text, told):
    assert [doing.deed for doing in doings(clause(text))] == told


def test_a_long_deed_is_cut_and_does_not_end_in_an_article():
    (doing,) = doings(clause("Ada walked all the long way up to see the lantern of Ben."))
    assert doing == ("Ada", "walked all the long way up to see")


def test_what_is_quoted_without_a_speaker_is_no_saying():
    assert list(sayings_in(clause('"We are late now."'))) == []
    assert list(sayings_in(clause('"We are late," said Ben.'))) == ["We are late"]


def test_a_deed_that_two_passages_tell_is_not_asked_about():
    twice = [passage("Ada knew it very well."), passage("Ada knew it very well.", "p-2")]
    assert [found.name for found in deeds(twice[:1], [ADA])] == ["knew it very well"]
    assert deeds(twice, [ADA]) == []


def test_what_somebody_unknown_does_or_says_is_not_asked_about():
    assert deeds([passage("Ada knew it very well.")], [Found("Ben", ("Ben",))]) == []
    assert sayings([passage(TOLD)], [ADA]) == []


def test_doings_are_looked_for_only_where_a_template_asks_about_them():
    assert "deeds" not in find_entities([passage(TOLD)])
    assert "deeds" in find_entities([passage(TOLD)], wanted={"deeds"})


@pytest.fixture(scope="module")
def pairs():
    text = " ".join(["Ada and Ben met on the tower, where Ada saw Ben."] * 3)
    shown = [passage(TOLD), *(passage(f"{text} {number}.", f"p-{number}") for number in (2, 3))]
    found = find_entities(shown, wanted={"deeds", "sayings"})
    asked = [Template(text, "Plot Explanation", "plot", "basic", 1) for text in ("Who {deed}?", 'Who said "{saying}"?')]
    work = Grounder(RuleTeacher(), shown, 5, own_evidence=True)
    return {one.instruction: one for one in map(work, by_templates(asked, found, shown))}


def test_two_questions_about_one_sentence_are_both_answered_by_a_name(pairs):
    answers = {question: pair.response for question, pair in pairs.items()}
    assert answers["Who lit the lamp?"] == answers["Who climbed the tower?"] == "It was Ada."


def test_the_evidence_names_a_speaker_whom_the_sentence_itself_does_not(pairs):
    assert pairs['Who said "We are late"?'].evidence == '"We are late," said Ben.'
    assert pairs['Who said "Hurry up to the tower"?'].evidence == '"We are late," said Ben. "Hurry up to the tower."'
