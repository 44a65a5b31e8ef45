"""Characters, places, objects, spells, events and times of a text, and which names are the same one."""

import pytest

from bench.synthesis.clauses import clauses, mentions, spellings_of
from bench.synthesis.documents import from_text
from bench.synthesis.entities import find_entities
from bench.synthesis.gather import passages

TEXT = """
Mr. Tolland came to Marsh End in spring. Tolland was a tall man with a grey dog. He said little. Mr. Tolland looked at
the mill. Rosa Vane said that the mill was hers. Rosa was quick, and Rosa had keys to every door in Marsh End. The
lantern was Rosa's. Rosa took the lantern and went to Marsh End. Mr. Tolland saw the lantern from the road.

Mrs. Tolland arrived at Marsh End on 4 June. Mrs. Tolland had written a letter. Tolland thought of Rosa Vane. Rosa
laughed. Mrs. Tolland asked for the lantern, and Mrs. Tolland cried. When the bell rang, Rosa went home. After Rosa's
departure, Mr. Tolland slept in the mill at Marsh End. Mrs. Tolland felt cold.
"""


@pytest.fixture(scope="module")
def found():
    return find_entities(list(passages(from_text("marsh.txt", TEXT))))


def names(found, kind):
    return [entity.name for entity in found[kind]]


def test_a_name_with_and_without_its_title_is_one_character(found):
    assert "Mr. Tolland" in names(found, "characters")
    assert "Tolland" not in names(found, "characters")


def test_husband_and_wife_are_two_characters(found):
    man, woman = (next(one for one in found["characters"] if one.name.startswith(title)) for title in ("Mr.", "Mrs."))
    assert (man.mentions, woman.mentions) == (6, 5)


def test_a_first_name_and_the_full_name_are_one_character(found):
    assert names(found, "characters").count("Rosa") == 1
    assert "Rosa Vane" not in names(found, "characters")


def test_a_place_is_where_things_are_and_no_character(found):
    assert names(found, "places") == ["Marsh End"]


def test_an_object_is_found_by_its_noun(found):
    assert "the lantern" in names(found, "objects")


def test_times_and_occasions_are_those_that_are_told(found):
    assert names(found, "times") == ["on 4 June"]
    assert names(found, "occasions") == ["when the bell rang", "after Rosa's departure"]


def test_an_event_belongs_to_somebody(found):
    assert "Rosa's departure" in names(found, "events")


def test_a_list_that_is_given_replaces_what_is_found():
    found = find_entities(list(passages(from_text("marsh.txt", TEXT))), {"characters": ["Rosa Vane", "Nobody"]})
    assert [(one.name, bool(one.passage_ids)) for one in found["characters"]] == [
        ("Rosa Vane", True),
        ("Nobody", False),
    ]


def test_spells_are_found_where_the_text_calls_them_so():
    text = "The spell Quench puts out fires. He sang. The spell Quench is old. Quench needs water."
    found = find_entities(list(passages(from_text("spells.txt", text))))
    assert names(found, "spells") == ["Quench"]


def test_nothing_is_found_in_text_without_names():
    found = find_entities(list(passages(from_text("plain.txt", "it rained. it stopped."))))
    assert not any(found.values())


@pytest.mark.parametrize(
    ("text", "name", "count"),
    [
        ("Mrs. Bell met Bell.", "Mr. Bell", 1),
        ("Ann Bell met nobody.", "Mr. Bell", 0),
        ("Bell's bells rang; Bellamy left.", "Mr. Bell", 1),
        ("Lady Ada de Vere slept.", "Lady Ada de Vere", 1),
        ("The Letter came.", "the letter", 0),
    ],
)
def test_a_name_is_found_as_a_whole_and_for_one_person(text, name, count):
    assert len(mentions(text, spellings_of(name))) == count


def test_a_clause_between_semicolons_stands_alone_in_long_sentences_only():
    short = clauses("The mill stood still; the miller slept all day.")
    assert [clause.text for clause in short] == ["The mill stood still; the miller slept all day."]
    long = " and ".join(["the wheel turned slowly in the cold brown water"] * 5)
    assert [clause.text for clause in clauses(f"But {long}; and Rosa went home to bed.")][
        -1
    ] == "Rosa went home to bed."


def test_speech_is_told_from_what_the_teller_says():
    first, second = clauses('"The mill is mine," said Rosa to him. The dog barked at the door.')
    assert (first.spoken, first.speaker, second.spoken) == (True, "Rosa", False)


def test_a_sentence_inside_a_long_quotation_gets_its_marks_back():
    found = clauses("“The mill is mine. The mill was my mother’s. Leave it,” said Rosa.")
    assert found[0].text == "“The mill was my mother’s.”"
    assert found[0].sentence == "The mill was my mother’s."
