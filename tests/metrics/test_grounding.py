import json

import pytest
from sklearn.metrics import roc_auc_score

from bench.metrics import _facts, grounding

SOURCE = (
    "The harbour of Lowmere was built in 1874 by Ada Quill. "
    "It holds 1,200 boats and was not damaged in the great storm. "
    "About ten percent of the boats belong to fishermen. The U.S. Navy never used the harbour."
)


def judged(output, text, source=SOURCE, instruction="What is said of the harbour?"):
    return next(iter(grounding.score([output(text, instruction, source=source)]).details.values()))


@pytest.mark.parametrize(
    "text",
    [
        "Ada Quill built the harbour of Lowmere in 1874.",
        "Lowmere",
        "The harbour holds 1200 boats.",
        "10% of the boats belong to fishermen.",
        "Ten per cent of the boats belong to fishermen.",
        "The harbour was not damaged in the storm.",
        "It wasn't damaged in the storm.",
        "The US Navy never used it.",
        "Overall, the harbour belongs to Lowmere's fishermen.",
        "LOWMERE'S HARBOUR WAS BUILT BY ADA QUILL",
    ],
)
def test_what_the_source_says_is_grounded(output, text):
    assert judged(output, text) == {
        "label": "grounded",
        "unsupported": [],
        "support": pytest.approx(1),
        "flipped": False,
    }


@pytest.mark.parametrize(
    ("text", "unsupported"),
    [
        ("The harbour was built by Tom Quill.", ["Tom Quill"]),
        ("Berlin built the harbour of Lowmere.", ["Berlin"]),
        ("The harbour was built in 1875.", ["1875"]),
        ("The harbour holds 12,000 boats.", ["12000"]),
        ("Twelve percent of the boats belong to fishermen.", ["12%"]),
        ("The boats belong to Mr. Grey, Ada Quill and Dr. Green", ["Grey", "Green"]),
    ],
)
def test_a_name_or_number_from_elsewhere_is_unsupported(output, text, unsupported):
    fact = judged(output, text)
    assert (fact["label"], fact["unsupported"]) == ("unsupported", unsupported)


@pytest.mark.parametrize(
    "text",
    [
        "The harbour of Lowmere was not built in 1874 by Ada Quill.",
        "It holds 1,200 boats and was damaged in the great storm.",
        "The US Navy used the harbour.",
    ],
)
def test_a_flipped_denial_is_unsupported_though_every_word_is_there(output, text):
    fact = judged(output, text)
    assert (fact["label"], fact["flipped"], fact["support"]) == ("unsupported", True, 1)


def test_a_question_in_the_source_states_nothing_to_deny(output):
    source = "Anna: Did you water the tall plants today? Ben: I forgot."
    assert not judged(output, "Ben did not water the tall plants today.", source)["flipped"]


def test_words_of_ones_own_are_unsupported_without_a_name_or_number(output):
    fact = judged(output, "Some sailors quarrel loudly about taxes.")
    assert (fact["label"], fact["support"], fact["unsupported"]) == ("unsupported", 0, [])


def test_what_the_question_names_is_given(output):
    assert judged(output, "Bruno did, in 1874.", instruction="Did Bruno build it?")["label"] == "grounded"


def test_an_ordinary_word_that_begins_a_sentence_is_no_name(output):
    outputs = [output(text, source=SOURCE) for text in ("Sailors built the harbour.", "It was built for sailors.")]
    assert grounding.score(outputs).details[outputs[0].example_id]["unsupported"] == []


def test_the_input_is_the_source_where_there_is_no_other(output):
    assert grounding.score([output("Ada Quill", input=SOURCE)]).value == 1


@pytest.mark.parametrize(
    ("text", "fields", "why"),
    [
        ("Ada Quill", {}, "1 without a source passage or input"),
        ("", {"source": SOURCE}, "1 empty"),
        (None, {"source": SOURCE}, "1 empty"),
        ("Yes, it is.", {"source": SOURCE}, "1 with nothing to look up"),
        ("?!", {"source": SOURCE}, "1 with nothing to look up"),
        ("I'm sorry, but I can't help with that.", {"source": SOURCE}, "1 refuse"),
        ("港は一八七四年に建てられた", {"source": SOURCE}, "1 in a script without spaces between words"),
    ],
)
def test_what_cannot_be_looked_up_is_unscored_with_the_reason(output, text, fields, why):
    score = grounding.score([output(text, **fields)])
    assert (score.value, score.unscored, score.why) == (None, 1, why)


def test_parts_are_shares_of_the_answers_that_have_such_a_part(output):
    texts = ("Ada Quill built it in 1874.", "Tom Brook built it.", "The boats belong to fishermen.")
    parts = grounding.score([output(text, source=SOURCE) for text in texts]).parts
    assert (parts["entities"], parts["n_entities"]) == (0.5, 2)
    assert (parts["numbers"], parts["n_numbers"]) == (1, 1)
    assert (parts["negation"], parts["n_negation"]) == (None, 0)
    assert parts["n_support"] == 3


def test_at_most_five_unsupported_facts_are_listed(output):
    assert len(judged(output, "In 1, 2, 3, 4, 5, 6 and 7 harbours.", "No harbours.")["unsupported"]) == 5


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,000", ["1000"]),
        ("1,000.50", ["1000.5"]),
        ("007", ["7"]),
        ("two million", ["2000000"]),
        ("1.25 thousand", ["1250"]),
        ("5 %, 6 percent, 7 per cent, 8%", ["5%", "6%", "7%", "8%"]),
        ("10 to 20 percent", ["10%", "20%"]),
        ("the 22nd, the 1990s", ["22", "1990"]),
        ("H2O, Person1, B52s", []),
        ("one of the twelve", ["12"]),
        ("10:30", ["10", "30"]),
        ("version 1.2.3", ["1.2"]),
        ("1,2,3", ["1"]),
    ],
)
def test_numbers_in_one_spelling(text, found):
    assert list(_facts.facts(text, loose=False).numbers) == found


def test_one_is_a_pronoun_in_an_answer_and_a_number_in_a_source(output):
    assert judged(output, "1 boat", "There is one boat.")["label"] == "grounded"
    assert judged(output, "It is one of the boats.", "There are boats.")["label"] == "grounded"


@pytest.mark.parametrize("piece", ["Ab ", "1,", "1.", "not a b c. "])
def test_a_megabyte_of_anything_gets_through(output, piece):
    text = piece * (1_000_000 // len(piece))
    score = grounding.score([output(text, source=text)])
    assert score.value is not None or score.why


def test_a_megabyte_of_different_numbers_is_compared_in_one_go(output):
    text = " ".join(map(str, range(150_000)))
    assert grounding.score([output(text, source=text)]).value == 1


def contexts(path):
    """(gold answer, its question, the paragraph it was cut from, a paragraph of the next article)."""
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    for number, article in enumerate(articles):
        others = articles[(number + 1) % len(articles)]["paragraphs"]
        for place, paragraph in enumerate(article["paragraphs"]):
            for asked in paragraph["qas"]:
                other = others[place % len(others)]["context"]
                yield asked["answers"][0]["text"], asked["question"], paragraph["context"], other


def test_gold_answers_of_squad_are_grounded_in_their_own_passage_only(shared, output):
    rows = list(contexts(shared("data/squad/xquad.en.json")))
    own, other = (
        grounding.score([output(row[0], row[1], source=row[place]) for row in rows[1::2]]).value for place in (2, 3)
    )
    assert own >= 0.97
    assert other <= 0.1


def test_summaries_are_supported_by_their_own_dialogue(shared, output):
    lines = shared("data/dialogsum/dialogsum.dev.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    pairs = [(row["summary"], row["dialogue"], rows[(i + 2) % len(rows)]["dialogue"]) for i, row in enumerate(rows)][
        1::2
    ]
    scores = [grounding.score([output(pair[0], source=pair[place]) for pair in pairs]) for place in (1, 2)]
    support = [[fact["support"] for fact in score.details.values()] for score in scores]
    truth = [1] * len(support[0]) + [0] * len(support[1])
    assert roc_auc_score(truth, support[0] + support[1]) >= 0.99
    assert scores[0].value >= 0.9
    assert scores[1].value <= 0.05
