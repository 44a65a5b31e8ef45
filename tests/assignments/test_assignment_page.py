"""assignment.html and assignment.md: what they say, where their links lead, and that nothing in them is live."""

import base64
import hashlib
import re
from dataclasses import replace

import pytest

from bench.assignments.filling import Filled
from bench.assignments.markdown import assignment_markdown
from bench.assignments.notes import as_html
from bench.assignments.page import assignment_html
from bench.assignments.reading import names, open_assignment
from bench.assignments.submission import open_submission
from bench.assignments.writing import write_assignment
from bench.errors import UserError
from tests.assignments.handing_in import edit_record, hand_in, records, write_lines
from tests.assignments.reading_pages import Page, page
from tests.report.sample import PAYLOADS, cases_of, hostile_records, measured

NOTES = "# What changed\n\nThe base model **went on asking**.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"


def filled(folder, name="project14", author="Anna"):
    return Filled(open_assignment(name), "anna", open_submission(folder), author)


def test_six_ticks_are_made_from_a_finished_run(folder):
    made = filled(folder)
    shown = {tick.deliverable.id for tick in made.ticks if tick.met}
    assert shown == {"formatting", "finetuned", "compared", "behaviour", "lora"}
    assert "no row of creative writing" in made.ticks[0].found[0].said


def test_an_open_deliverable_says_how_to_get_it(tmp_path):
    base_alone = hand_in(tmp_path / "x", records()[:1])
    text = Page(assignment_html(filled(base_alone))).text
    assert "To get it: pytest -m bench suites/test_base_vs_instruct.py" in text
    assert "0 of 5 deliverables" in text


def test_points_of_a_bonus_come_on_top(folder):
    made = filled(folder)
    assert made.assignment.points == 100
    assert made.ticks[-1].deliverable.bonus
    assert made.ticks[-1].points == 10


@pytest.mark.parametrize("name", names())
def test_every_assignment_makes_a_page_of_the_same_run(folder, name):
    found = Page(assignment_html(filled(folder, name)))
    assert open_assignment(name).title in found.text
    assert not found.live


def test_every_link_into_the_report_leads_somewhere(folder):
    write_assignment(folder, "project14", "Anna")
    report, links = page(folder / "report.html"), page(folder / "assignment.html").links
    anchors = [link.partition("#")[2] for link in links if link.startswith("report.html#")]
    assert anchors
    assert set(anchors) <= report.ids


def test_the_same_records_give_the_same_bytes(folder):
    write_assignment(folder, "project14", "Anna")
    first = (folder / "assignment.html").read_bytes()
    write_assignment(folder, "project14")
    assert (folder / "assignment.html").read_bytes() == first, "and the author's name is remembered"


def test_the_policy_allows_the_pages_own_style_and_nothing_else(folder):
    text = assignment_html(filled(folder))
    style = re.search("<style>(.*?)</style>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = re.search('Content-Security-Policy" content="([^"]*)"', text)[1]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert "unsafe" not in policy


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_author_and_hostile_notes_are_text(folder, payload):
    (folder / "notes.md").write_text(f"# {payload}\n\n{payload}\n", encoding="utf-8", errors="replace")
    found = Page(assignment_html(filled(folder, author=payload)))
    assert not found.live
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", found.text)


def test_a_folder_named_like_an_address_is_a_path_in_every_link(folder):
    write_lines(folder / "javascript:alert(1)#" / "requests.jsonl", [{"route": "/ask", "status": 200}])
    found = Page(assignment_html(filled(folder, "lecture11")))
    assert "javascript%3Aalert%281%29%23/requests.jsonl" in found.links
    assert not found.live


def test_hostile_models_and_reasons_are_text(tmp_path):
    folder = hand_in(tmp_path / "x", records() + hostile_records())
    assert not Page(assignment_html(filled(folder))).live


def test_notes_keep_their_simple_markdown():
    html = str(as_html(NOTES))
    assert "<h3>What changed</h3>" in html
    assert "<strong>went on asking</strong>" in html
    assert "<table>" in html


def test_raw_html_in_notes_is_shown_as_text():
    html = str(as_html("<b>bold</b>\n\n<script>alert(1)</script>\n"))
    assert "<b>" not in html
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "JaVaScRiPt:x"])
def test_a_link_in_notes_leads_to_the_web_or_nowhere(url):
    assert "<a " not in str(as_html(f"[x]({url})"))
    assert 'rel="noopener' in str(as_html("[x](https://example.org)"))


def test_a_picture_in_notes_is_not_loaded():
    assert "<img" not in str(as_html("![x](https://example.org/i.png)"))


def test_notes_of_a_megabyte_in_one_line_are_cut_and_said(folder):
    (folder / "notes.md").write_text("a" * 1_000_000, encoding="utf-8")
    assert "800000 more characters" in assignment_html(filled(folder))


def test_headings_without_words_leave_room(folder):
    (folder / "notes.md").write_text(NOTES, encoding="utf-8")
    assert [room.heading for room in filled(folder).rooms] == ["What did not work"]


def test_notes_given_on_the_command_line_become_the_folders_own(folder, tmp_path):
    (tmp_path / "mine.md").write_text(NOTES, encoding="utf-8")
    write_assignment(folder, "project14", "Anna", tmp_path / "mine.md")
    assert (folder / "notes.md").read_text(encoding="utf-8") == NOTES


def test_other_notes_are_not_written_over(folder, tmp_path):
    (folder / "notes.md").write_text("mine", encoding="utf-8")
    (tmp_path / "other.md").write_text("other", encoding="utf-8")
    with pytest.raises(UserError, match="other notes are there already"):
        write_assignment(folder, "project14", "Anna", tmp_path / "other.md")


def test_a_folder_without_run_and_evidence_is_refused(tmp_path):
    with pytest.raises(UserError, match="no run"):
        write_assignment(tmp_path, "project14")


def test_an_edited_record_is_told_on_the_page_and_counts_for_nothing(folder):
    edit_record(folder, "full", reason="honestly")
    found = Page(assignment_html(filled(folder)))
    assert "No evidence:" in found.text
    assert "was changed after it was written" in found.text


def test_a_dataset_folder_without_a_run_is_a_submission_of_lecture_10(tmp_path):
    pair = {"instruction": "Who?", "response": "Nora.", "type": "a", "evidence": "Nora came."}
    write_lines(tmp_path / "d" / "pairs.jsonl", [{**pair, "id": str(i)} for i in range(12)])
    made, paths = write_assignment(tmp_path / "d", "lecture10", "Ben")
    assert [tick.deliverable.id for tick in made.ticks if tick.met] == ["pairs"]
    assert [path.name for path in paths] == ["assignment.md", "assignment.html"]


def test_markdown_has_a_box_for_each_deliverable_and_whole_tables(folder):
    text = assignment_markdown(filled(folder))
    assert text.count("- [x]") + text.count("- [ ]") == 6
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert rows
    assert all(line.endswith(" |") for line in rows)


def test_hostile_notes_cannot_leave_their_fence(folder):
    (folder / "notes.md").write_text("````\n<script>alert(1)</script>\n````", encoding="utf-8")
    assert "\n`````markdown\n" in assignment_markdown(filled(folder))


def test_of_a_run_of_many_suites_the_assignments_own_fills_the_tables(tmp_path):
    other = [measured(case, 30) for case in cases_of("methods", "headlines")]
    made = filled(hand_in(tmp_path / "x", other + records()))
    assert made.focus.suite == "base_vs_instruct"
    assert "headlines" not in assignment_markdown(made)


def test_what_the_own_suite_lacks_is_looked_for_in_the_others(tmp_path):
    other = [measured(case, 30) for case in cases_of("methods", "everyday")]
    lora_elsewhere = hand_in(tmp_path / "x", records()[:2] + other)
    assert filled(lora_elsewhere).ticks[-1].met


def test_variants_of_a_recipe_are_no_approaches(tmp_path):
    made = records()
    odd = [r.with_(case=replace(r.case, variant="wrong", against="right"), outputs_file="") for r in made[1:2]]
    assert {r.case.variant for r in open_submission(hand_in(tmp_path / "x", made + odd)).records} == {""}


def test_a_missing_measurement_is_said_and_no_table_is_made_up(tmp_path):
    text = assignment_markdown(filled(hand_in(tmp_path / "x", records()[:1]), "lecture11"))
    assert "Not filled: no tuned model was asked anything." in text
