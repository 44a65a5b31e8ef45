import http.client
import json
import socket
import subprocess
import sys

import httpx
import pytest

pytest.importorskip("fastapi", reason="the extra `serve` is not installed")

from bench.errors import UserError
from bench.serve.app import create_app
from bench.serve.engine import Engine
from bench.serve.security import Door, bears, door, host_known, same_origin
from tests.serve.served import endless, server

TOKEN = "kingfisher-7"


@pytest.fixture(scope="module")
def engine():
    with Engine([endless()]) as running:
        yield running


@pytest.fixture(scope="module")
def url(engine):
    with server(engine) as url:
        yield url


@pytest.fixture(scope="module")
def client(url):
    with httpx.Client(base_url=url) as client:
        yield client


@pytest.fixture(scope="module")
def locked(engine):
    with server(engine, Door(token=TOKEN)) as url, httpx.Client(base_url=url) as client:
        yield client


def test_an_address_for_others_needs_a_token():
    with pytest.raises(UserError, match=r"--host 0\.0\.0\.0 lets other machines ask .* --token"):
        door("0.0.0.0", "")  # noqa: S104
    assert door("0.0.0.0", TOKEN).any_address  # noqa: S104
    assert not door("127.0.0.1", "").token
    assert "::1" in door("::1", "").hosts
    with pytest.raises(UserError, match="--token"):
        door("my-machine.example", "")


@pytest.mark.parametrize("token", ["two words", "ünï", "tab\t"])
def test_a_token_that_no_header_can_carry_is_refused(token):
    with pytest.raises(UserError, match="token"):
        door("127.0.0.1", token)


def test_every_route_but_health_asks_for_the_token(locked, engine):
    paths = [(method, path) for path, ways in create_app(engine).openapi()["paths"].items() for method in ways]
    assert len(paths) == 6
    for method, path in [*paths, ("get", "/"), ("get", "/openapi.json"), ("get", "/nothing"), ("post", "/ask/")]:
        told = locked.request(method, path)
        assert told.status_code == (200 if path == "/health" else 401), path
        assert path == "/health" or told.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer", f"Bearer {TOKEN[:-1]}"])
def test_a_wrong_token_is_401(locked, header):
    assert locked.get("/model_info", headers={"authorization": header}).status_code == 401


def test_the_right_token_opens(locked):
    assert locked.get("/model_info", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert bears(f"bearer {TOKEN}", TOKEN)


def test_the_locked_page_asks_for_the_token_itself(locked):
    told = locked.get("/")
    assert told.status_code == 401
    assert "<html" in told.text
    assert TOKEN not in told.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "a b", "localhost:x", "127.0.0.1@evil"])
def test_another_host_name_is_400(client, host):
    told = client.get("/health", headers={"host": host})
    assert told.status_code == 400
    assert "evil" not in told.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9", "127.0.0.1:80", "[::1]:80", "localhost."])
def test_names_of_this_machine_are_known(host):
    assert host_known(host, Door())


def test_an_open_server_takes_addresses_but_no_strange_names():
    wide = door("0.0.0.0", TOKEN)  # noqa: S104
    assert host_known("192.0.2.7:8000", wide)
    assert not host_known("rebound.example:8000", wide)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1.evil.example"]
)
def test_pages_of_other_sites_are_403(client, origin):
    told = client.post("/ask", json={"question": "x"}, headers={"origin": origin})
    assert told.status_code == 403
    assert "evil" not in told.text


def test_our_own_page_may_ask(client):
    assert client.get("/health", headers={"origin": str(client.base_url).rstrip("/")}).status_code == 200
    assert same_origin({"host": "a", "sec-fetch-site": "same-origin"})
    assert not same_origin({"host": "a", "sec-fetch-site": "cross-site"})


def test_a_link_from_another_site_may_be_followed():
    assert same_origin({"host": "a", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"})


def raw(url, head, body=b"", chunks=()):
    """Status and text of a request written byte for byte; the server may hang up in the middle of the body."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as wire:
        wire.sendall(head + body)
        try:
            for chunk in chunks:
                wire.sendall(chunk)
        except ConnectionError:
            pass
        told = http.client.HTTPResponse(wire)
        told.begin()
        return told.status, told.read().decode()


HEAD = b"POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def test_a_large_body_is_413_before_it_is_sent(url):
    status, text = raw(url, HEAD + b"Content-Length: 104857600\r\n\r\n", b'{"question": "')
    assert (status, json.loads(text)) == (413, {"error": "the body is larger than 65536 bytes"})


def test_a_large_body_of_unknown_length_is_413_when_it_is_over(url):
    chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    assert raw(url, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", chunks=[chunk] * 8)[0] == 413


@pytest.mark.parametrize("length", [b"-1", b"x", b"1, 2", b"99999999999999999999999999"])
def test_an_odd_length_is_a_4xx(url, length):
    assert 400 <= raw(url, HEAD + b"Content-Length: " + length + b"\r\n\r\n", b"{}")[0] < 500


def test_a_body_at_the_limit_is_read(url):
    body = json.dumps({"question": "x", "max_new_tokens": 1}).encode().ljust(65_536)
    assert raw(url, HEAD + b"Content-Length: 65536\r\n\r\n", body)[0] == 200
    assert raw(url, HEAD + b"Content-Length: 65537\r\n\r\n", body + b" ")[0] == 413


def test_answers_forbid_sniffing_framing_and_keeping(client):
    headers = client.get("/health").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


def test_an_error_inside_tells_nothing(engine, monkeypatch):
    from starlette.testclient import TestClient

    monkeypatch.setattr(engine, "submit", lambda _: (_ for _ in ()).throw(RuntimeError(f"/etc/{TOKEN}")))
    app = create_app(engine)
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        told = client.post("/ask", json={"question": "private words"})
    assert told.status_code == 500
    assert not {TOKEN, "etc", "RuntimeError", "private"} & set(told.text.replace("/", " ").split())
    assert not app.debug


def serve_command(*options, **more):
    command = [sys.executable, "-m", "bench", "serve", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **more)


def test_another_address_without_a_token_refuses_to_start():
    ended = serve_command("tiny-gpt2", "--host", "0.0.0.0")  # noqa: S104
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "--token" in ended.stderr
