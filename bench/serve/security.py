"""Who may ask: Host, Origin and token, checked before a route, or the body, is looked at.

A page of another site can send requests to a server on the reader's own machine; the Origin header gives it away.
A name that a stranger points at 127.0.0.1 (DNS rebinding) stands in the Host header. Both are refused. An address
that others can reach is not opened without a token.
"""

import hmac
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from bench.errors import UserError
from bench.serve.problems import problem

OPEN = ("/health",)
"""Routes that ask for no token."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?")
HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"cache-control": b"no-store",
    b"cross-origin-resource-policy": b"same-origin",
}


@dataclass(frozen=True)
class Door:
    """What a request must bring."""

    token: str = ""
    """"" asks for none."""
    hosts: tuple[str, ...] = LOOPBACK
    """Names under which the server may be asked."""
    any_address: bool = False
    """An IP address as a Host is well, too: nobody can rebind that."""


def door(host: str, token: str, names: Sequence[str] = ()) -> Door:
    """For a server at `host`. Raises UserError when others could reach it and no token is asked for."""
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        raise UserError("the token has characters that no HTTP header takes; use letters and digits")
    if is_loopback(host):
        return Door(token, tuple(dict.fromkeys((*LOOPBACK, host, *names))))
    if not token:
        raise UserError(
            f"--host {host} lets other machines ask this server; give --token SECRET (or BENCH_SERVE_TOKEN) that "
            "they must know, or leave --host out"
        )
    return Door(token, tuple(dict.fromkeys((*LOOPBACK, host, *names))), any_address=True)


def is_loopback(host: str) -> bool:
    """Only this machine reaches the address."""
    return host == "localhost" or (is_address(host) and ipaddress.ip_address(host).is_loopback)


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


class Guarded:
    """An ASGI app behind a door."""

    def __init__(self, app: Any, door: Door) -> None:
        self.app, self.door = app, door

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = headers_of(scope)
        refused = self.refused(scope["path"], headers)
        if refused is not None:
            await self.refuse(refused, scope, receive, with_headers(send))
        else:
            await self.app(scope, receive, with_headers(send))

    async def refuse(self, response: Any, scope: Any, receive: Any, send: Any) -> None:
        if response.status_code == 401 and scope["path"] == "/" and scope["method"] in ("GET", "HEAD"):
            # The page asks for the token itself; it holds nothing that is not published.
            scope["bench.locked"] = True
            await self.app(scope, receive, send)
        else:
            await response(scope, receive, send)

    def refused(self, path: str, headers: dict[str, str]) -> Any:
        """The answer to a request that is not let in, or None."""
        if not host_known(headers.get("host", ""), self.door):
            return problem(path, 400, "this server is not asked under that Host name; use its address")
        if not same_origin(headers):
            return problem(path, 403, "pages of other sites may not ask this server")
        if self.door.token and path not in OPEN and not bears(headers.get("authorization", ""), self.door.token):
            challenge = {"WWW-Authenticate": "Bearer"}
            return problem(path, 401, "this server asks for a token: Authorization: Bearer TOKEN", headers=challenge)
        return None


def headers_of(scope: Any) -> dict[str, str]:
    """Lower-case names; of a header that comes twice, both values, which then fit nothing."""
    found: dict[str, str] = {}
    for key, value in scope["headers"]:
        name, text = key.decode("latin-1").lower(), value.decode("latin-1")
        found[name] = f"{found[name]}, {text}" if name in found else text
    return found


def host_known(header: str, wanted: Door) -> bool:
    match = HOST.fullmatch(header)
    if match is None:
        return False
    name = match[1].strip("[]").lower().removesuffix(".")
    return name in wanted.hosts or (wanted.any_address and is_address(name))


def same_origin(headers: dict[str, str]) -> bool:
    """No Origin (no browser, or a plain visit), or that of our own page."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "none") != "cross-site" or headers.get("sec-fetch-mode") == "navigate"
    return origin.lower() in {f"{scheme}://{headers.get('host', '').lower()}" for scheme in ("http", "https")}


def bears(header: str, token: str) -> bool:
    """Compared in a time that tells nothing about the token, its length included."""
    kind, _, given = header.partition(" ")
    known, told = (sha256(text.encode()).digest() for text in (token, given.strip()))
    return kind.lower() == "bearer" and hmac.compare_digest(known, told)


def with_headers(send: Any) -> Any:
    """Adds the headers that every answer bears."""

    async def adding(message: Any) -> None:
        if message["type"] == "http.response.start":
            there = {key.lower() for key, _ in message["headers"]}
            more = [(key, value) for key, value in HEADERS.items() if key not in there]
            message = {**message, "headers": [*message["headers"], *more]}
        await send(message)

    return adding
