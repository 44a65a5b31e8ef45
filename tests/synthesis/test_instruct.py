"""Templates are validated and filled; a teacher's instructions are kept when they are new."""

import json

import pytest

from bench.errors import UserError
from bench.synthesis.config import templates_path
from bench.synthesis.entities import find_entities
from bench.synthesis.instruct import by_teacher, by_templates, name_of
from bench.synthesis.novelty import Novelty, common
from bench.synthesis.rows import Dropped, Instruction, Passage
from bench.synthesis.template_check import defects, usable
from bench.synthesis.templates import Template, read_templates

COURSE = "data/course_lecture10/4_templates_config.json"
PLACE = Passage(id="p1", chapter=3, text="Ada and Ben met at Orm.", start=0, end=23, source="x.txt")


def template(text, **fields):
    return Template(text, **({"type": "T", "category": "c", "difficulty": "basic", "line": 1} | fields))


def written(tmp_path, *texts, slots=""):
    path = tmp_path / "questions.toml"
    values = ", ".join(json.dumps(text) for text in texts)
    path.write_text(
        f'[slots]\n{slots}\n[[questions]]\ntype = "T"\ncategory = "c"\ndifficulty = "d"\ntexts = [{values}]\n'
    )
    return path


def problems(tmp_path, *texts, slots=""):
    return [defect.problem for defect in defects(read_templates(written(tmp_path, *texts, slots=slots)))]


def test_the_courses_file_loads_as_it_is(shared):
    read = read_templates(shared(COURSE))
    assert len(read.templates) == 48
    assert (len(read.slots["characters"]), len(read.slots["themes"])) == (13, 9)
    assert read.difficulties == ("basic", "intermediate", "advanced")


def test_the_courses_defect_is_found_with_its_line_and_its_remedy(shared):
    (defect,) = (one for one in defects(read_templates(shared(COURSE))) if "mixes" in one.problem)
    assert defect.line == 19
    assert "{character}'s relationship with {character2}" in defect.problem
    assert "write {character1} in place of {character}" in defect.problem


def test_the_courses_template_without_a_placeholder_is_told(shared):
    found = [one.problem for one in defects(read_templates(shared(COURSE))) if "no placeholder" in one.problem]
    assert len(found) == 1
    assert "What is the main theme" in found[0]


def test_all_of_the_courses_templates_can_be_filled_and_no_question_is_asked_twice(shared):
    read = read_templates(shared(COURSE))
    made = by_templates(usable(read), find_entities([PLACE], read.slots), [PLACE])
    assert len({one.text for one in made}) == len(made) > 48
    assert not [one.text for one in made if "{" in one.text]
    assert any("Elizabeth Bennet's relationship with" in one.text for one in made)


@pytest.mark.parametrize("name", ["story", "novel"])
def test_our_own_templates_have_no_defect(name):
    assert list(defects(read_templates(templates_path(name)))) == []


def test_our_own_templates_ask_lecture_nines_seven_types():
    types = {one.type for one in read_templates(templates_path("story")).templates}
    assert len(types) == 7
    assert {"Character Analysis", "Spell Information", "Timeline Questions"} < types


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Who is {charakter}?", "unknown placeholder {charakter}. Did you mean 'character'?"),
        ("Who is {}?", "brace outside a placeholder"),
        ("Who is {character.__class__}?", "brace outside a placeholder"),
        ("Who is {character!r}?", "brace outside a placeholder"),
        ("Who is it?", "no placeholder"),
        (" ", "empty"),
        ("{character} and {character2}?", "mixes {character} with {character2}"),
    ],
)
def test_a_defect_is_named(tmp_path, text, said):
    assert any(said in problem for problem in problems(tmp_path, text))


def test_a_template_that_stands_there_twice_is_named(tmp_path):
    assert "already" in problems(tmp_path, "Who is {character}?", "Who is {character}?")[0]


def test_a_list_that_fills_nothing_is_named(tmp_path):
    assert "'ships' fills no placeholder" in problems(tmp_path, "Who is {character}?", slots='ships = ["Argo"]')[0]


def test_an_unusable_template_is_left_out_and_the_rest_is_used(tmp_path):
    read = read_templates(written(tmp_path, "Who is {nobody}?", "Who is {character}?"))
    assert [one.text for one in usable(read)] == ["Who is {character}?"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", "{", "no valid JSON"),
        ("a.toml", "[", "no valid TOML"),
        ("a.toml", "x = 1", "questions: field required"),
        ("a.json", '{"question_templates": {"c": ["x"]}}', "question_templates"),
        ("a.json", "", "empty"),
        ("a.json", "[1]", "expected an object"),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path, name, content, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(UserError, match=f"{name}.*{message}"):
        read_templates(tmp_path / name)


def test_a_slots_value_is_never_formatted():
    filled = template("Who is {character}?").filled({"character": "{0.__class__} %s {character}"})
    assert filled == "Who is {0.__class__} %s {character}?"


def test_two_characters_are_never_the_same_and_come_in_both_orders():
    entities = find_entities([PLACE], {"characters": ["Ada", "Ben"]})
    made = by_templates([template("{character1} and {character2}?")], entities, [PLACE])
    assert [one.text for one in made] == ["Ada and Ben?", "Ben and Ada?"]


def test_a_question_with_a_chapter_is_asked_where_the_subject_stands():
    entities = find_entities([PLACE], {"characters": ["Ada", "Cleo"]})
    (made,) = by_templates([template("{character} in chapter {chapter}?")], entities, [PLACE])
    assert (made.text, made.passage_ids) == ("Ada in chapter 3?", ("p1",))


def test_chapters_of_several_books_are_told_apart():
    other = PLACE.model_copy(update={"id": "q1", "source": "y.txt"})
    made = by_templates(
        [template("{character} in chapter {chapter}?")],
        find_entities([PLACE, other], {"characters": ["Ada"]}),
        [PLACE, other],
    )
    assert [one.text for one in made] == ["Ada in chapter 3 of x?", "Ada in chapter 3 of y?"]


def test_the_first_instructions_are_of_different_types():
    entities = find_entities([PLACE], {"characters": ["Ada", "Ben"]})
    made = by_templates([template("Who is {character}?"), template("Why {character}?", type="U")], entities, [PLACE])
    assert [one.type for one in made] == ["T", "U", "T", "U"]


def test_an_id_follows_from_the_wording_alone():
    assert name_of("Who  is Ada?") == name_of("who is ada?") != name_of("Who is Ben?")


class Proposing:
    """A teacher with fixed proposals; no model is needed to test what becomes of them."""

    name = "fixed"

    def __init__(self, *proposals):
        self.proposals, self.asked = list(proposals), []

    def instructions(self, topic, passages, count):
        self.asked.append((topic, count))
        return self.proposals.pop(0)


def test_a_teacher_is_asked_for_twenty_in_several_rounds():
    teacher = Proposing(["Tell me who Ada is."], ["Describe the town of Orm in winter."])
    made = list(by_teacher(teacher, ("A", "B"), [PLACE], 2, 0))
    assert teacher.asked == [("A", 20), ("B", 20)]
    assert all(isinstance(one, Instruction) for one in made)


def test_a_near_copy_is_dropped_with_what_it_copies():
    teacher = Proposing(["Tell me who Ada is.", "Tell me please who Ada is.", "Go"])
    _, copy, short = by_teacher(teacher, ("A",), [PLACE], 1, 0)
    assert isinstance(copy, Dropped)
    assert "Tell me who Ada is." in copy.reason
    assert "no instruction" in short.reason


def test_rouge_l_counts_the_longest_common_subsequence():
    assert common(list("abcd"), list("acxd")) == 3
    known = Novelty(["a b c d"])
    assert known.nearest("a b c x").score == pytest.approx(0.75)
    assert known.nearest("a b x y") is None


def test_rouge_l_equals_that_of_rouge_score():
    scoring = pytest.importorskip("rouge_score.rouge_scorer")
    one, other = "describe the mill by the river", "describe the old mill near a river"
    expected = scoring.RougeScorer(["rougeL"]).score(one, other)["rougeL"].fmeasure
    assert 2 * common(one.split(), other.split()) / 13 == pytest.approx(expected)
