"""The report in a real browser: sorting, filters, links, folds, dark, phone, print, scripts off, and axe-core."""

import base64
import json
import re

import pytest

from bench.report.render import write_reports
from tests.report.sample import cases_of, hostile_records, measured, sample_records, write_run

By = pytest.importorskip("selenium.webdriver.common.by", reason="selenium is not installed").By


FILLED = """
const done = arguments[0];
const look = () => document.querySelector(".fold > noscript") ? setTimeout(look, 5) : done();
look();
"""
"""Waits until the closed folds hold their examples, which the page does when it is idle."""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Address of the sample's page, with hostile rows and a third table, so that examples are folded."""
    more = [measured(case, 4) for case in cases_of("other", "everyday")]
    third = [measured(case, 4) for case in cases_of("third", "everyday")]
    folder = write_run(tmp_path_factory.mktemp("page"), sample_records(24) + more + third + hostile_records()[:3])
    return write_reports(folder)[-1].as_uri()


@pytest.fixture(scope="module")
def short_page(tmp_path_factory):
    """Each kind of section once: axe looks at every element."""
    folder = tmp_path_factory.mktemp("short")
    return write_reports(write_run(folder, sample_records(6)[:6] + hostile_records()[:1]))[-1].as_uri()


@pytest.fixture
def opened(browser, page):
    browser.get(page)
    browser.execute_async_script(FILLED)
    return browser


def find(browser, css):
    return browser.find_elements(By.CSS_SELECTOR, css)


def visible(browser, css):
    return [element for element in find(browser, css) if element.is_displayed()]


def column(browser, place):
    return [row.text for row in find(browser, f".comparison tbody tr > :nth-child({place})")[:4]]


def test_base_is_first_and_a_click_sorts_by_number(opened):
    assert column(opened, 1)[0] == "base"
    button = find(opened, ".comparison thead button")[2]
    button.click()
    values = [float(cell.get_attribute("data-v")) for cell in find(opened, ".comparison tbody td:nth-child(3)")[:4]]
    assert values == sorted(values, reverse=True)
    assert find(opened, ".comparison thead th")[2].get_attribute("aria-sort") == "descending"


def test_enter_on_a_focused_head_sorts_the_other_way(opened):
    opened.execute_script("document.querySelectorAll('.comparison thead button')[2].focus()")
    for _ in range(2):
        opened.switch_to.active_element.send_keys("\n")
    values = [float(cell.get_attribute("data-v")) for cell in find(opened, ".comparison tbody td:nth-child(3)")[:4]]
    assert values == sorted(values)


def test_costs_of_unlike_machines_cannot_be_sorted(browser, tmp_path):
    records = [measured(case, 4) for case in cases_of("cost", "everyday")]
    records[1] = records[1].with_(environment={"hardware": "a GPU"})
    browser.get(write_reports(write_run(tmp_path, records))[-1].as_uri())
    heads = find(browser, ".comparison thead th")
    sorted_by = [head.text for head in heads if head.find_elements(By.TAG_NAME, "button")]
    assert "Trainable" in sorted_by
    assert {head.text for head in heads} - set(sorted_by) == {"Training", "Train tok/s", "Gen. tok/s", "Peak memory"}


def test_the_filters_show_failures_and_changes_only(opened):
    section = ".examples:first-of-type "
    every = len(visible(opened, section + ".ex"))
    find(opened, section + ".failures")[0].click()
    failures = visible(opened, section + ".ex")
    assert 0 < len(failures) < every
    assert all("failed" in each.get_attribute("class") for each in failures)


def test_missing_words_are_shown_only_when_asked_for(opened):
    assert not visible(opened, ".said del")
    find(opened, ".diffs")[0].click()
    assert visible(opened, ".said del")


def test_a_link_opens_an_example_in_a_closed_fold_that_a_filter_hides(browser, page, opened):
    last = find(opened, ".fold")[-1]
    example = last.find_elements(By.CSS_SELECTOR, ".ex:not(.failed)")[0].get_attribute("id")
    assert not last.get_property("open")
    opened.execute_script("arguments[0].querySelector('.failures').checked = true", last)
    opened.execute_script("location.hash = arguments[0]", example)
    target = opened.find_element(By.ID, example)
    assert target.is_displayed()
    assert last.get_property("open")
    assert opened.execute_script("return arguments[0].matches(':target')", target)


def test_the_same_link_works_when_the_page_is_opened_with_it(browser, page, opened):
    example = find(opened, ".fold:last-of-type .ex")[-1].get_attribute("id")
    browser.get("about:blank")
    browser.get(f"{page}#{example}")
    top = browser.execute_script("return document.getElementById(arguments[0]).getBoundingClientRect().top", example)
    assert 0 <= top < 900
    assert browser.execute_script("return document.querySelector('.ex:target').id") == example


@pytest.fixture
def busy(browser, page):
    """The page in a browser that is never idle: nothing fills the folds before somebody asks for them."""
    source = {"source": "window.requestIdleCallback = () => 0"}
    script = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", source)
    browser.get(page)
    yield browser
    browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


def test_a_fold_that_is_opened_has_its_examples(busy):
    assert not find(busy, ".fold:last-of-type .ex")
    find(busy, ".fold:last-of-type summary")[0].click()
    assert len(visible(busy, ".fold:last-of-type .ex")) == 4


def test_a_link_into_a_fold_that_is_not_filled_marks_its_example(busy):
    kept = find(busy, ".fold:last-of-type > noscript")[0].get_attribute("textContent")
    example = re.findall('<article class="[^"]*" id="([^"]*)"', kept)[-1]
    busy.execute_script("location.hash = arguments[0]", example)
    target = busy.find_element(By.CSS_SELECTOR, ".ex:target")
    assert target.is_displayed()
    assert target.get_attribute("id") == example


def test_a_link_to_the_last_table_shows_its_heading_at_the_top(browser, page, opened):
    table = find(opened, "#comparison h3[id]")[-1].get_attribute("id")
    browser.get("about:blank")
    browser.get(f"{page}#{table}")
    heading = browser.find_element(By.ID, table)
    assert 0 <= browser.execute_script("return arguments[0].getBoundingClientRect().top", heading) < 900


def test_dark_mode_turns_the_page_and_its_plots(dark, page):
    dark.get(page)
    style = "return getComputedStyle(arguments[0])[arguments[1]]"
    assert dark.execute_script(style, find(dark, "body")[0], "backgroundColor") == "rgb(20, 23, 26)"
    text = find(dark, "figure svg text")[0]
    assert dark.execute_script(style, text, "fill") == "rgb(227, 231, 234)"
    shape = find(dark, "figure svg [stroke='var(--line)']")[0]
    assert dark.execute_script(style, shape, "stroke") == "rgb(48, 55, 61)"


def test_a_phone_never_scrolls_sideways(phone, page):
    phone.get(page)
    assert phone.execute_script("return document.documentElement.scrollWidth") <= 390


def test_no_request_leaves_the_page_and_the_policy_blocks_nothing_of_ours(browser, page, opened):
    entries = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [e["params"]["request"]["url"] for e in entries if e["method"] == "Network.requestWillBeSent"]
    assert {url for url in asked if not url.startswith("data:")} == {page}
    assert browser.get_log("browser") == []


def test_the_policy_blocks_a_foreign_script_and_picture(opened):
    opened.execute_script(
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s);"
        "const i = new Image(); i.src = 'http://127.0.0.1:9/x.png'; document.body.append(i);"
    )
    assert opened.execute_script("return window.ran") is None
    assert any("Content Security Policy" in entry["message"] for entry in opened.get_log("browser"))


def test_with_scripts_off_everything_is_there_and_filters_work(browser, page, opened):
    with_scripts = [each.get_attribute("id") for each in find(opened, ".ex")]
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.get(page)
    assert not find(browser, "thead button")
    assert [each.get_attribute("id") for each in find(browser, ".ex")] == with_scripts
    find(browser, ".fold:last-of-type summary")[0].click()
    assert len(visible(browser, ".fold:last-of-type .ex")) == 4
    every = len(visible(browser, ".examples:first-of-type .ex"))
    find(browser, ".examples:first-of-type .failures")[0].click()
    assert 0 < len(visible(browser, ".examples:first-of-type .ex")) < every


def test_it_prints_on_a4(opened):
    sheet = {"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": False}
    printed = base64.b64decode(opened.execute_cdp_cmd("Page.printToPDF", sheet)["data"])
    assert printed.startswith(b"%PDF")
    assert 2 <= printed.count(b"/Type /Page\n") + printed.count(b"/Type/Page\n") <= 60


def test_the_first_screen_says_which_method_is_best_and_whether_that_is_shown(opened):
    row = find(opened, ".glance tbody tr")[0]
    assert row.location["y"] + row.size["height"] < 900
    assert "shown on this one training run, p < 0.001" in row.text
    assert "full" in row.text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_violation(browser, axe, short_page, theme, request):
    if theme == "dark":
        request.getfixturevalue("dark")
    browser.get(short_page)
    assert axe(browser) == []
