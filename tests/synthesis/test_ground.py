"""Retrieval, and what happens to an answer that its passages do not support."""

import pytest

from bench.synthesis.ground import Grounder, grounded
from bench.synthesis.retrieval import Retrieval
from bench.synthesis.rows import Dropped, Instruction, Pair, Passage
from bench.synthesis.teachers import Answer, Refused, open_teacher

TEXTS = {
    "p1": "Rosa kept the mill by the river. Rosa was angry about the flood.",
    "p2": "The bridge fell on 4 June. Nobody was hurt, and nobody mended it.",
    "p3": "A grey dog slept in the sun.",
}
PASSAGES = [
    Passage(id=name, chapter=1, text=text, start=0, end=len(text), source="x.txt") for name, text in TEXTS.items()
]


def instruction(text="How does Rosa feel?", **fields):
    return Instruction(**({"id": "i1", "text": text, "type": "T", "category": "c", "difficulty": "d"} | fields))


class Saying:
    """A teacher with one answer to everything."""

    name = "saying"

    def __init__(self, answer):
        self.answered, self.given = answer, None

    def answer(self, instruction, passages):
        self.given = [passage.id for passage in passages]
        return self.answered


def result(text, evidence="Rosa was angry about the flood.", passage_id="p1", question="How does Rosa feel?"):
    return grounded(instruction(question), Saying(Answer(text, evidence, passage_id)), Retrieval(PASSAGES), 5)


def test_the_best_passage_comes_first_and_none_without_a_shared_word():
    assert [passage.id for passage in Retrieval(PASSAGES).find("Why was Rosa angry about the bridge?", 5)] == [
        "p1",
        "p2",
    ]


def test_words_that_only_ask_find_nothing():
    assert Retrieval(PASSAGES).find("What is it about?", 5) == []


def test_retrieval_keeps_to_the_passages_that_are_named():
    assert [passage.id for passage in Retrieval(PASSAGES).find("Rosa and the bridge", 5, ["p2", "unknown"])] == ["p2"]


def test_retrieval_over_nothing_finds_nothing():
    assert Retrieval([]).find("Rosa", 5) == []


def test_a_question_that_no_passage_shares_a_word_with_never_reaches_the_teacher():
    teacher = Saying(Refused("never"))
    dropped = grounded(instruction("Who is Zebedee?"), teacher, Retrieval(PASSAGES), 5)
    assert (dropped.reason, teacher.given) == ("no passage shares a word with it", None)


def test_a_supported_answer_keeps_its_evidence_its_passage_and_its_context():
    pair = result("Rosa was angry about the flood.")
    assert (pair.passage_id, pair.context, pair.teacher, pair.status) == ("p1", TEXTS["p1"], "saying", "unreviewed")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": ""}, "the answer is empty"),
        ({"text": "Rosa was angry at Bartholomew about the flood."}, "does not name Bartholomew"),
        ({"text": "Rosa was angry about the 3 floods."}, "does not hold 3"),
        ({"text": "Rosa was not angry about the flood."}, "denies"),
        ({"text": "Rosa enjoyed singing merry tunes loudly."}, "of the answer's content words"),
        ({"text": "Rosa was angry.", "evidence": "Rosa was furious."}, "word for word"),
        ({"text": "Rosa was angry.", "evidence": " "}, "word for word"),
        ({"text": "Rosa was angry.", "passage_id": "p9"}, "was not given: 'p9'"),
        ({"text": "Rosa was angry.", "passage_id": "../../etc/passwd"}, "was not given"),
    ],
)
def test_an_answer_that_is_not_supported_is_dropped_with_its_reason(fields, reason):
    dropped = result(**fields)
    assert isinstance(dropped, Dropped)
    assert reason in dropped.reason


def test_a_refusal_is_kept_with_its_reason():
    dropped = grounded(instruction(), Saying(Refused("I cannot tell")), Retrieval(PASSAGES), 5)
    assert (dropped.id, dropped.stage, dropped.reason) == ("i1", "ground", "I cannot tell")


def test_text_with_braces_is_stored_as_it_is():
    text = "Rosa was angry about {0.__class__} the flood %s."
    passage = PASSAGES[0].model_copy(update={"text": text})
    pair = grounded(instruction(), Saying(Answer(text, text, "p1")), Retrieval([passage]), 5)
    assert pair.response == text


def test_the_same_evidence_answers_one_question_only():
    work = Grounder(open_teacher("rules"), PASSAGES, 5, own_evidence=True)
    first, second = (work(instruction(id=name, slots={"character": "Rosa"})) for name in ("i1", "i2"))
    assert isinstance(first, Pair)
    assert second.reason == "its evidence has answered i1 already"


def test_what_an_earlier_run_used_stays_used():
    made = Grounder(open_teacher("rules"), PASSAGES, 5)(instruction(slots={"character": "Rosa"}))
    work = Grounder(open_teacher("rules"), PASSAGES, 5, [made], own_evidence=True)
    assert isinstance(work(instruction(id="i2", slots={"character": "Rosa"})), Dropped)
