"""The instructor's page, grade sheet and Gradescope files of a pile of submissions."""

import csv
import json
import shutil

import pytest

from bench.assignments.submissions import file_names, merge_submissions
from bench.errors import UserError
from bench.record import read_record, write_record
from bench.seal import sealed
from tests.assignments.handing_in import edit_record, hand_in, other_times, record_file, records
from tests.assignments.reading_pages import page
from tests.report.sample import PAYLOADS, hostile_records


def merged(pile, name="project14"):
    out = pile.parent / "out"
    merge_submissions(name, sorted(pile.iterdir()), out)
    return out


def grades(out):
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["submission"]: row for row in csv.DictReader(file)}


def warnings(out, name):
    return grades(out)[name]["warnings"]


def test_each_submission_has_a_row_with_its_points_and_no_warning(pile):
    out = merged(pile)
    assert set(grades(out)) == {"anna", "ben"}
    assert not warnings(out, "anna")
    assert not warnings(out, "ben")
    assert float(grades(out)["anna"]["points"]) > 0


def test_pages_are_made_anew_and_no_students_page_is_linked(pile):
    (pile / "anna" / "assignment.html").write_text("<script>all(points)</script>")
    out = merged(pile)
    assert "pages/anna.html" in page(out / "submissions.html").links
    assert not [link for link in page(out / "pages" / "anna.html").links if link.endswith("report.html")]


def test_every_link_of_the_instructors_pages_leads_to_a_file(pile):
    out = merged(pile)
    for link in page(out / "submissions.html").links:
        assert (out / link.partition("#")[0]).is_file()


def test_a_copied_run_is_named_on_both_sides(pile):
    shutil.copytree(pile / "anna", pile / "carl")
    out = merged(pile)
    assert "copied: same outputs and start as carl (4 cases)" in warnings(out, "anna")
    assert "copied: same outputs and start as anna (4 cases)" in warnings(out, "carl")
    assert not warnings(out, "ben")


def test_a_copy_whose_start_was_changed_is_found_by_its_seal(pile):
    shutil.copytree(pile / "anna", pile / "carl")
    for method in ("base", "full", "lora", "qlora"):
        edit_record(pile / "carl", method, started_at="2026-02-02T00:00:00+00:00")
    assert "was changed after it was written" in warnings(merged(pile), "carl")


def test_a_copy_that_was_sealed_anew_shares_its_training(pile):
    """Who forges start and seal still has another one's training time, to the last digit."""
    shutil.copytree(pile / "anna", pile / "carl")
    for path in sorted((pile / "carl" / "cases").glob("*.json")):
        write_record(pile / "carl", read_record(path).with_(started_at="2026-02-02T00:00:00+00:00"))
    assert "same training as anna (3 cases): a store that both used, or copied" in warnings(merged(pile), "carl")


def test_a_folder_that_is_no_run_stays_on_the_page_with_no_points(pile):
    (pile / "dora").mkdir()
    (pile / "dora" / "essay.txt").write_text("I did it.")
    out = merged(pile)
    assert "no run" in warnings(out, "dora")
    assert float(grades(out)["dora"]["points"]) == 0


def test_an_empty_folder_a_file_and_a_missing_one_are_told(pile):
    (pile / "empty").mkdir()
    (pile / "file.txt").write_text("x")
    out = pile.parent / "out"
    merge_submissions("project14", [*sorted(pile.iterdir()), pile / "gone"], out)
    found = grades(out)
    assert "empty" in found["empty"]["warnings"]
    assert "no such folder" in found["gone"]["warnings"]
    assert "no such folder" in found["file.txt"]["warnings"]


def test_two_runs_in_one_submission_are_refused_by_name(pile):
    hand_in(pile / "eve" / "first")
    hand_in(pile / "eve" / "second")
    assert "holds 2 runs (first, second)" in warnings(merged(pile), "eve")


def test_a_run_below_the_submissions_folder_is_found(pile):
    hand_in(pile / "eve" / "reports" / "mine", other_times(records(start="2026-03-03T00:00:00+00:00")))
    assert float(grades(merged(pile))["eve"]["points"]) == float(grades(merged(pile))["anna"]["points"])


def test_a_truncated_record_is_named_and_left_out(pile):
    path = record_file(pile / "anna", "lora")
    path.write_bytes(path.read_bytes()[:500])
    out = merged(pile)
    assert path.name in warnings(out, "anna")
    assert "left out" in warnings(out, "anna")
    assert warnings(out, "ben") == ""


@pytest.mark.parametrize("odd", [["list"], 7, None, {"a": 1}])
def test_values_of_other_types_cost_one_row_and_no_crash(pile, odd):
    plan = json.loads((pile / "anna" / "plan.json").read_text(encoding="utf-8"))
    plan["cases"][0]["model"] = odd
    (pile / "anna" / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    assert set(grades(merged(pile))) == {"anna", "ben"}


@pytest.mark.parametrize("key", ["started_at", "resolved", "scores", "cost", "loss_curve", "outputs_file", "case"])
@pytest.mark.parametrize("odd", [["list"], 7, None, {"a": 1}, "\udc80"])
def test_a_foreign_record_that_was_sealed_costs_one_row_and_no_crash(pile, key, odd):
    path = edit_record(pile / "anna", "lora", **{key: odd})
    path.write_text(json.dumps(sealed(json.loads(path.read_text(encoding="utf-8")), pile / "anna")), encoding="utf-8")
    assert set(grades(merged(pile))) == {"anna", "ben"}


def test_nothing_that_is_a_submission_is_an_error(tmp_path):
    with pytest.raises(UserError, match="no submission found"):
        merge_submissions("project14", [tmp_path / "gone"], tmp_path / "out")


def test_an_unknown_assignment_writes_nothing(pile):
    with pytest.raises(UserError, match="Did you mean 'project14'"):
        merged(pile, "project41")
    assert not (pile.parent / "out").exists()


def test_what_an_earlier_merge_wrote_is_no_submission(pile):
    out = pile / "merged"
    for _ in range(2):
        merge_submissions("project14", sorted(pile.iterdir()), out)
    assert set(grades(out)) == {"anna", "ben"}


def test_gradescope_gets_the_keys_that_its_documentation_has(pile):
    out = merged(pile)
    made = json.loads((out / "gradescope" / "anna" / "results.json").read_text(encoding="utf-8"))
    assert set(made) == {"output", "visibility", "tests", "extra_data", "leaderboard"}
    assert all({"name", "number", "score", "output", "tags"} <= set(test) for test in made["tests"])
    assert [("max_score" in test) for test in made["tests"]] == [True] * 5 + [False], "a bonus has no maximum"
    assert sum(test["score"] for test in made["tests"]) == float(grades(out)["anna"]["points"])
    assert made["leaderboard"][0]["name"] == "Instructions followed"


@pytest.mark.parametrize("payload", ['=HYPERLINK("https://evil.example","x")', "+1+1", "@SUM(A1)", "-2"])
def test_no_cell_of_the_grade_sheet_is_a_formula(pile, payload):
    (pile / "anna" / "assignment.json").write_text(json.dumps({"author": payload}), encoding="utf-8")
    with (merged(pile) / "grades.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.lstrip()[:1] in "=+@" and cell.strip()]
    assert f"'{payload}" in cells


def test_hostile_names_and_models_are_text_everywhere(pile):
    hand_in(pile / "<img src=x onerror=alert(1)>", records() + hostile_records())
    (pile / "anna" / "assignment.json").write_text(json.dumps({"author": PAYLOADS[1]}), encoding="utf-8")
    out = merged(pile)
    for path in out.rglob("*.html"):
        assert not page(path).live, path


def test_folders_of_one_name_are_told_apart_by_their_parents(tmp_path):
    folders = [hand_in(tmp_path / who / "run") for who in ("anna", "ben")]
    merge_submissions("project14", folders, tmp_path / "out")
    assert set(grades(tmp_path / "out")) == {"anna/run", "ben/run"}


def test_file_names_that_differ_in_case_or_signs_stay_apart():
    assert file_names(["a/b", "a b", "A-B", "Åsa", "///"]) == {
        "a/b": "a-b",
        "a b": "a-b-2",
        "A-B": "A-B-3",
        "Åsa": "Åsa",
        "///": "submission",
    }


def test_the_same_submissions_give_the_same_bytes(pile):
    first = (merged(pile) / "submissions.html").read_bytes()
    assert (merged(pile) / "submissions.html").read_bytes() == first
