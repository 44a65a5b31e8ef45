"""The rule teacher answers with a sentence that has the form of an answer, or not at all."""

import pytest

from bench.errors import UserError
from bench.synthesis.rows import Instruction, Passage
from bench.synthesis.teachers import Answer, Refused, Teacher, open_teacher

PEOPLE = """Mr. Tolland was a tall, quiet man with a grey dog. Rosa, the sister of Mr. Tolland, kept the mill. Rosa was
angry about the flood. Rosa thought that the river had been moved on purpose. She went home. Rosa went to Marsh End in
the rain. Mr. Tolland married Ada Finch. Rosa walked out because the mill was on fire. Rosa told them that nobody would
sleep. Rosa smiled at the miller's dog."""
THINGS = """
Marsh End was a village of nine houses by the river. The lantern was given to Rosa by the miller. Quench puts out
any fire within ten steps. On 4 June the bridge fell into the river. When the bell rang, all of Marsh End ran to the
bridge. The Marsh End fair was held in the churchyard every year.
"""


def passage(text, name="p1"):
    return Passage(id=name, chapter=1, text=" ".join(text.split()), start=0, end=len(text), source="x.txt")


def ask(text, *passages, **slots):
    instruction = Instruction(id="i", text=text, type="T", category="c", difficulty="d", slots=slots)
    return open_teacher("rules").answer(instruction, passages or [passage(PEOPLE), passage(THINGS, "p2")])


@pytest.mark.parametrize(
    ("question", "slots", "answer"),
    [
        (
            "Describe the character Mr. Tolland.",
            {"character": "Mr. Tolland"},
            "Mr. Tolland was a tall, quiet man with a grey dog.",
        ),
        ("Who is Rosa?", {"character": "Rosa"}, "Rosa, the sister of Mr. Tolland, kept the mill."),
        ("How does Rosa feel?", {"character": "Rosa"}, "Rosa was angry about the flood."),
        ("What does Rosa think?", {"character": "Rosa"}, "Rosa thought that the river had been moved on purpose."),
        ("Where does Rosa go?", {"character": "Rosa"}, "Rosa went to Marsh End in the rain."),
        ("What reason is given?", {"character": "Rosa"}, "Rosa walked out because the mill was on fire."),
        ("What does Rosa tell others?", {"character": "Rosa"}, "Rosa told them that nobody would sleep."),
        ("How does Rosa react?", {"character": "Rosa"}, "Rosa smiled at the miller's dog."),
        (
            "What is the relationship between Rosa and Mr. Tolland?",
            {"character1": "Rosa", "character2": "Mr. Tolland"},
            "Rosa, the sister of Mr. Tolland, kept the mill.",
        ),
        (
            "What is the relationship between Ada Finch and Mr. Tolland?",
            {"character1": "Ada Finch", "character2": "Mr. Tolland"},
            "Mr. Tolland married Ada Finch.",
        ),
        (
            "Describe the place Marsh End.",
            {"place": "Marsh End"},
            "Marsh End was a village of nine houses by the river.",
        ),
        ("Describe the object the lantern.", {"object": "the lantern"}, "The lantern was given to Rosa by the miller."),
        ("What does the spell Quench do?", {"spell": "Quench"}, "Quench puts out any fire within ten steps."),
        ("What happens on 4 June?", {"time": "on 4 June"}, "On 4 June the bridge fell into the river."),
        (
            "What happened when the bell rang?",
            {"occasion": "when the bell rang"},
            "When the bell rang, all of Marsh End ran to the bridge.",
        ),
        (
            "What do we learn about it?",
            {"event": "The Marsh End fair"},
            "The Marsh End fair was held in the churchyard every year.",
        ),
    ],
)
def test_each_kind_of_question_gets_its_kind_of_sentence(question, slots, answer):
    found = ask(question, **slots)
    assert isinstance(found, Answer)
    assert found.text == answer


def test_a_sentence_that_merely_mentions_somebody_answers_nothing():
    found = ask("Who is Rosa?", passage("The dog barked at Rosa. Everybody saw Rosa in the rain."), character="Rosa")
    assert isinstance(found, Refused)
    assert "no sentence of 1 passages" in found.reason


def test_what_somebody_says_is_no_fact():
    found = ask("Who is Rosa?", passage("“Rosa was a wicked girl,” said he to them all."), character="Rosa")
    assert isinstance(found, Refused)


def test_but_it_is_what_he_says():
    text = "“Rosa was never on time for anything,” said Mr. Tolland."
    found = ask("What does Mr. Tolland say about Rosa?", passage(text), character1="Mr. Tolland", character2="Rosa")
    assert found.text == text


def test_somebody_who_is_spoken_to_is_not_spoken_about():
    text = "“You are late for dinner again, Rosa,” said Mr. Tolland."
    found = ask("What does Mr. Tolland say about Rosa?", passage(text), character1="Mr. Tolland", character2="Rosa")
    assert isinstance(found, Refused)


def test_a_sentence_that_begins_with_a_pronoun_is_passed_over():
    found = ask("Where does Rosa go?", passage("She went with Rosa to the old mill."), character="Rosa")
    assert isinstance(found, Refused)


def test_the_evidence_is_the_whole_sentence_of_its_passage():
    text = "But Rosa was angry about the flood."
    found = ask("How does Rosa feel?", passage(text, "p7"), character="Rosa")
    assert (found.text, found.evidence, found.passage_id) == ("Rosa was angry about the flood.", text, "p7")


def test_of_equal_sentences_the_first_of_the_text_is_taken_in_whatever_order_they_come():
    first, second = passage("Rosa went to Orm in haste.", "a"), passage("Rosa went to Ulm in haste.", "b")
    later = second.model_copy(update={"start": 100, "end": 130})
    assert ask("Where does Rosa go?", later, first, character="Rosa").passage_id == "a"


def test_a_theme_is_answered_by_a_statement_that_names_it():
    found = ask("How is pride portrayed?", passage("Pride was the one fault of the whole family."), theme="pride")
    assert found.text == "Pride was the one fault of the whole family."


def test_without_passages_it_refuses():
    instruction = Instruction(id="i", text="Who?", type="T", category="c", difficulty="d")
    assert isinstance(open_teacher("rules").answer(instruction, []), Refused)


def test_it_is_a_teacher_that_is_free():
    teacher = open_teacher("rules")
    assert isinstance(teacher, Teacher)
    assert sum(teacher.usage) == 0


@pytest.mark.parametrize(("name", "message"), [("rules:fast", "takes no argument"), ("rule", "Did you mean 'rules'")])
def test_another_name_is_refused(name, message):
    with pytest.raises(UserError, match=message):
        open_teacher(name)
