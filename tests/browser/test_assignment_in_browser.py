"""The student's and the instructor's page in a real browser: accessible, as wide as a phone, nothing blocked."""

from pathlib import Path

import pytest

from bench.assignments.submissions import merge_submissions
from bench.assignments.writing import write_assignment
from tests.assignments.handing_in import edit_record, hand_in, other_times, records

NOTES = "# What changed\n\nIt **answers**.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<script>alert(1)</script>\n"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A student's page with notes, and the instructor's with an edited record and a folder that is no run."""
    pile = tmp_path_factory.mktemp("pages") / "in"
    for name, start in (("anna", "2026-01-01T00:00:00+00:00"), ("ben", "2026-01-02T00:00:00+00:00")):
        hand_in(pile / name, other_times(records(start=start)))
    edit_record(pile / "ben", "full", reason="honestly")
    (pile / "essay").mkdir()
    (pile / "anna" / "notes.md").write_text(NOTES, encoding="utf-8")
    write_assignment(pile / "anna", "project14", "Anna Example")
    merged = merge_submissions("project14", sorted(pile.iterdir()), pile.parent / "out")
    return {"student": pile / "anna" / "assignment.html", "instructor": merged[0]}


@pytest.mark.parametrize("name", ["student", "instructor"])
def test_axe_finds_no_serious_violation(browser, axe, pages, name):
    browser.get(pages[name].as_uri())
    assert axe(browser) == []


@pytest.mark.parametrize("name", ["student", "instructor"])
def test_dark_colours_have_enough_contrast(dark, axe, pages, name):
    dark.get(pages[name].as_uri())
    assert axe(dark) == []


@pytest.mark.parametrize("name", ["student", "instructor"])
def test_nothing_is_wider_than_a_phone(browser, pages, name):
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    )
    browser.get(pages[name].as_uri())
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("name", ["student", "instructor"])
def test_the_policy_blocks_nothing_of_the_page_itself(browser, pages, name):
    browser.get(pages[name].as_uri())
    assert [line["message"] for line in browser.get_log("browser")] == []


def test_a_tick_of_the_instructors_page_leads_to_its_evidence(browser, pages):
    browser.get(pages["instructor"].as_uri())
    browser.find_element("css selector", "td.mark a").click()
    assert browser.current_url.endswith("pages/anna.html#dataset")
    assert browser.find_element("css selector", "li:target h3").text
