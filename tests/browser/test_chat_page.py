"""The chat page in a real browser against a real server: ask, stream, compare, errors, reload, token, axe."""

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest

pytest.importorskip("fastapi", reason="the page is served by fastapi: pip install tunebench[serve]")
pytest.importorskip("uvicorn", reason="the page is served by uvicorn: pip install tunebench[serve]")
pytest.importorskip("selenium", reason="selenium is not installed: pip install selenium")

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from bench.data.example import Turn
from bench.serve.address import listening
from bench.serve.assistant import open_assistant
from bench.serve.engine import Engine, Request
from bench.serve.running import server_of
from bench.serve.security import door

QUESTION = "Name the colour of a swan."
HOSTILE = "<img src=x onerror=\"document.title='taken'\"></script><b>bold</b>"


@pytest.fixture(scope="module")
def engine():
    base = replace(open_assistant("tiny-gpt2"), max_new_tokens=24)
    other = replace(
        open_assistant("tiny-gpt2", template="instruction_response"),
        name="tuned",
        max_new_tokens=24,
        info={"fine_tuning_method": "lora", "description": "a stand-in for a tuned model"},
    )
    with Engine([other, base]) as made:
        yield made


@contextmanager
def serving(engine, token=""):
    """A server on a free port, in a thread; gives the page's address."""
    taken = listening("127.0.0.1", 0)
    server = server_of(engine, door("127.0.0.1", token))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{taken.getsockname()[1]}/"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def address(engine):
    with serving(engine) as url:
        yield url


@pytest.fixture
def page(browser, address):
    """The page of a reader who has never been here."""
    browser.get(f"{address}health")
    browser.execute_script("sessionStorage.clear()")
    browser.get(address)
    until(browser, lambda: find(browser, "#title").text == "tuned")
    return browser


def until(browser, true, seconds=20):
    return WebDriverWait(browser, seconds, poll_frequency=0.05).until(lambda _: true())


def find(browser, selector):
    return browser.find_element(By.CSS_SELECTOR, selector)


def texts(browser, selector):
    return browser.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent)", selector
    )


def is_running(browser):
    return bool(browser.find_elements(By.CSS_SELECTOR, ".answer.running"))


def ask(browser, question, wait=True):
    """The question as if it were pasted; key after key, a long one takes a browser ten seconds."""
    browser.execute_script("document.getElementById('question').value = arguments[0]", question)
    find(browser, "#question").send_keys(Keys.ENTER)
    if wait:
        until(browser, lambda: not is_running(browser))


def errors(browser):
    """What the page's own policy or code complained of; refused requests are the tests' own doing."""
    return [each for each in browser.get_log("browser") if "status of 4" not in each["message"]]


def said(engine, question, **fields):
    """What each model answers, without white space before it."""
    answers = [engine.submit(Request(question, model=name, **fields)).answer() for name in engine.names]
    return [answer.text.lstrip() for answer in answers]


def test_both_models_answer_as_the_engine_does(page, engine):
    ask(page, QUESTION)
    assert texts(page, ".question") == [QUESTION]
    assert texts(page, ".answer .text") == said(engine, QUESTION)
    assert errors(page) == []


def test_each_answer_is_headed_by_its_model(page):
    ask(page, QUESTION)
    assert texts(page, ".answer h2") == ["tuned · tuned with lora", "tiny-gpt2 · not tuned"]


def test_the_answer_comes_in_pieces(page):
    page.execute_script(
        "window.seen = new Set(); new MutationObserver(() => seen.add(document.querySelector('.text')?.textContent))"
        ".observe(document.getElementById('turns'), {childList: true, subtree: true, characterData: true})"
    )
    ask(page, QUESTION)
    lengths = sorted(len(text or "") for text in page.execute_script("return [...seen]"))
    assert len(lengths) > 3


def test_the_second_question_knows_the_first_with_every_models_own_answer(page, engine):
    ask(page, QUESTION)
    ask(page, "And of a robin?")
    wanted = []
    for name in engine.names:
        first = engine.submit(Request(QUESTION, model=name)).answer().text
        history = (Turn(QUESTION, first),)
        wanted.append(engine.submit(Request("And of a robin?", model=name, history=history)).answer().text.lstrip())
    assert texts(page, ".answer .text")[2:] == wanted


def test_without_memory_each_question_stands_alone(page, engine):
    find(page, "#memory").click()
    ask(page, QUESTION)
    ask(page, "And of a robin?")
    assert texts(page, ".answer .text")[2:] == said(engine, "And of a robin?")


def test_one_model_alone_is_asked_when_both_are_not_wanted(page):
    find(page, "#compare").click()
    assert find(page, "#model").is_displayed()
    ask(page, QUESTION)
    assert texts(page, ".answer h2") == ["tuned · tuned with lora"]


def test_a_reload_keeps_conversation_settings_and_draft(page):
    ask(page, QUESTION)
    find(page, "#lecture").click()
    find(page, "#question").send_keys("half a quest")
    before = texts(page, ".answer .text")
    page.refresh()
    until(page, lambda: find(page, "#title").text == "tuned")
    assert texts(page, ".answer .text") == before
    assert find(page, "#temperature").get_property("value") == "0.7"
    assert find(page, "#question").get_property("value") == "half a quest"


def test_a_new_conversation_is_empty(page):
    ask(page, QUESTION)
    find(page, "#new").click()
    assert texts(page, ".question") == []
    assert find(page, "#samples").is_displayed()


def test_a_question_that_is_too_long_is_told_with_its_counts_and_can_be_followed(page, engine):
    ask(page, "many words " * 300)
    shown = texts(page, ".answer .error")
    assert "tokens" in shown[0]
    assert "255" in shown[0]
    ask(page, QUESTION)
    assert texts(page, ".answer .text")[-2:] == said(engine, QUESTION)


def test_a_server_that_is_gone_is_told_and_asked_again(page, engine):
    page.execute_cdp_cmd("Network.enable", {})
    offline = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    page.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": True, **offline})
    ask(page, QUESTION)
    page.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": False, **offline})
    assert "Is it still running?" in texts(page, ".answer .error")[0]
    find(page, ".answer .error button").click()
    until(page, lambda: texts(page, ".answer .text")[0] == said(engine, QUESTION)[0])


def test_escape_stops_the_answer_and_the_page_stays(page):
    find(page, "#max_new_tokens").send_keys("230")
    ask(page, "Tell a story.", wait=False)
    until(page, lambda: texts(page, ".answer .text")[0])
    find(page, "#question").send_keys(Keys.ESCAPE)
    until(page, lambda: not is_running(page))
    assert find(page, "#send").text == "Ask"


def test_a_wrong_number_is_told_before_anything_is_sent(page):
    find(page, "#temperature").send_keys("9")
    ask(page, QUESTION)
    assert "Temperature" in find(page, "#trouble").text
    assert texts(page, ".question") == []


def test_a_sample_is_put_into_the_box_and_not_asked(page):
    find(page, "#samples button").click()
    assert find(page, "#question").get_property("value") == "What is the capital of France?"
    assert texts(page, ".question") == []


def test_a_link_holds_the_question_in_the_part_that_no_server_sees(page):
    find(page, "#question").send_keys("What is 2+2? & more #1")
    page.execute_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    find(page, "#link").click()
    link = until(page, lambda: find(page, "#link-text").get_property("value"))
    page.get("about:blank")
    page.get(link)
    assert find(page, "#question").get_property("value") == "What is 2+2? & more #1"
    assert "#ask=What%20is%202%2B2" in link


def test_a_broken_link_is_told(browser, address):
    browser.get(address + "#ask=%E0%A4%A")
    until(browser, lambda: "cannot be read" in find(browser, "#trouble").text)


def test_markup_in_questions_and_answers_stays_text(page, address):
    answers = {name: {"text": HOSTILE, "finish": "stop", "error": HOSTILE} for name in ("tuned", "tiny-gpt2")}
    turn = {"question": HOSTILE, "models": list(answers), "answers": answers, "settings": {}}
    page.get(f"{address}health")
    page.execute_script("sessionStorage.setItem('tunebench-chat', arguments[0])", json.dumps({"turns": [turn]}))
    page.get(address)
    until(page, lambda: texts(page, ".question"))
    assert texts(page, ".question") == [HOSTILE]
    assert texts(page, ".answer .text") == [HOSTILE, HOSTILE]
    assert page.find_elements(By.CSS_SELECTOR, "#turns img, #turns b b, #turns script") == []


def test_a_screen_reader_hears_the_whole_answer_once(page, engine):
    find(page, "#compare").click()
    ask(page, QUESTION)
    heard = find(page, "#said").get_property("textContent")
    assert heard.removeprefix("tuned answers:").strip() == said(engine, QUESTION)[0].strip()
    assert find(page, "#said").get_attribute("aria-live") == "polite"


def test_a_server_with_a_token_asks_for_it(browser, engine):
    with serving(engine, token="correct-horse") as url:
        browser.get(url)
        until(browser, lambda: find(browser, "#token-form").is_displayed())
        find(browser, "#token").send_keys("wrong", Keys.ENTER)
        until(browser, lambda: "does not take" in find(browser, "#token-error").text)
        find(browser, "#token").send_keys("correct-horse", Keys.ENTER)
        until(browser, lambda: find(browser, "#title").text == "tuned")
        ask(browser, QUESTION)
        assert texts(browser, ".answer .text") == said(engine, QUESTION)


def test_everything_is_reached_by_the_keyboard(page):
    find(page, "summary").click()
    reached = set()
    for _ in range(40):
        page.switch_to.active_element.send_keys(Keys.TAB)
        reached.add(page.switch_to.active_element.get_attribute("id"))
    find(page, "summary").click()
    assert {"question", "send", "new", "link"} <= reached


@pytest.mark.parametrize("view", ["light", "dark", "phone"])
def test_axe_finds_nothing_serious(page, axe, view, request):
    if view != "light":
        request.getfixturevalue(view)
    assert axe(page) == []
    ask(page, QUESTION)
    ask(page, "many words " * 300)
    assert axe(page) == []


def test_nothing_is_wider_than_a_phone(page, phone):
    ask(page, "a" * 300)
    assert page.execute_script("return document.documentElement.scrollWidth") <= 390
