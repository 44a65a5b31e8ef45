import html
import http.client
import json
import re
import subprocess
import sys
import threading
from urllib.parse import urlencode, urlsplit

import pytest

from bench.synthesis.review import open_review, read_decisions
from bench.synthesis.review_web import Desk, Server, digest
from bench.synthesis.rows import write_rows
from tests.synthesis.test_review import pair

EVIL = "</textarea><script>alert(1)</script><img src=x onerror=alert(1)> Maren's \x1b lamp"


@pytest.fixture
def server(tmp_path):
    write_rows(tmp_path / "pairs.jsonl", [pair(0), pair(1), pair(2, response=EVIL)])
    made = Server(Desk(open_review(tmp_path), "ada"))
    threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def ask(server, method="GET", path=None, form=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    headers = {"Host": server.hosts[0], "Origin": f"http://{server.hosts[0]}"} | headers
    connection.request(method, path or server.path, urlencode(form) if form is not None else None, headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode(), answer.headers


def form_of(server, what, **changes):
    _, page, _ = ask(server)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    now = server.desk.pair
    return fields | {"what": what, "instruction": now.instruction, "response": now.response} | changes


def press(server, what, **changes):
    return ask(server, "POST", form=form_of(server, what, **changes))


def decisions(server):
    return [one.what for one in read_decisions(server.desk.review.folder)]


def test_accept_edit_reject_and_undo_are_stored(server):
    press(server, "accepted")
    press(server, "edited", response="Maren does.")
    press(server, "rejected")
    ask(server, "POST", form={"what": "undo"})
    assert decisions(server) == ["accepted", "edited", "rejected", "undone"]
    assert "2 of 3 reviewed" in ask(server)[1]


def test_an_answer_that_was_changed_and_then_accepted_is_an_edit(server):
    press(server, "accepted", response="Maren does.")
    assert decisions(server) == ["edited"]


def test_accepting_a_text_whose_hidden_characters_the_page_names_changes_nothing(server):
    press(server, "accepted")
    press(server, "accepted")
    press(
        server, "accepted", response=html.unescape(re.findall(r"<textarea[^>]*>\n?(.*?)</textarea>", ask(server)[1])[1])
    )
    assert decisions(server) == ["accepted"] * 3


def test_a_form_that_is_sent_twice_decides_once(server):
    form = form_of(server, "accepted")
    ask(server, "POST", form=form)
    ask(server, "POST", form=form)
    assert decisions(server) == ["accepted"]
    assert "nothing was decided" in ask(server)[1]


def test_an_edit_that_empties_the_answer_is_refused_on_the_page(server):
    press(server, "edited", response=" ")
    assert decisions(server) == []
    assert "cannot be empty" in ask(server)[1]


def test_texts_of_data_add_no_element(server):
    while server.desk.pair.response != EVIL:
        press(server, "skip")
    _, page, headers = ask(server)
    assert page.count("<script>") == 1
    assert "<img" not in page
    assert "\x1b" not in page
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/wrong/", "/../", "/favicon.ico", "/%00/"])
def test_without_the_token_nothing_is_shown(server, path):
    status, body, _ = ask(server, path=path)
    assert status == 404
    assert "Maren" not in body


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", ""])
def test_another_host_name_is_refused(server, host):
    assert ask(server, Host=host)[0] == 400


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_a_form_of_another_page_is_refused(server, origin):
    assert ask(server, "POST", form={"what": "accepted"}, Origin=origin)[0] == 403
    assert decisions(server) == []


def test_a_huge_form_is_refused_unread(server):
    assert ask(server, "POST", form={}, **{"Content-Length": str(10**9)})[0] == 413


@pytest.mark.parametrize("what", ["", "destroyed", "undone", "unreviewed"])
def test_an_unknown_button_decides_nothing(server, what):
    press(server, what)
    assert decisions(server) == []


def test_it_listens_on_loopback_only(server):
    assert server.server_address[0] == "127.0.0.1"


def test_the_command_prints_its_address_and_ends_with_the_page(tmp_path):
    write_rows(tmp_path / "pairs.jsonl", [pair(0)])
    command = [sys.executable, "-m", "bench", "review", str(tmp_path), "--web", "--who", "ada"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    place = urlsplit(process.stderr.readline().split()[1])
    connection = http.client.HTTPConnection("127.0.0.1", place.port, timeout=10)
    connection.request("POST", place.path, "what=quit", {"Origin": f"http://{place.netloc}"})
    assert "can be closed" in connection.getresponse().read().decode()
    assert process.wait(timeout=20) == 0
    assert json.loads("[]") == read_decisions(tmp_path)


def test_script_and_styles_are_those_that_the_policy_allows(server):
    _, page, headers = ask(server)
    for element in ("script", "style"):
        text = re.search(rf"<{element}>(.*?)</{element}>", page, re.S)[1]
        assert digest(text) in headers["Content-Security-Policy"], element
