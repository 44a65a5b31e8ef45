"""The request log: one JSON line for each request, with counts and never a word of what was asked or answered.

An assignment's tick for the web interface is filled from it.
"""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from bench.errors import UserError
from bench.serve.problems import GONE

COUNTS = "bench.counts"
"""Where a route leaves model, prompt_tokens and new_tokens in the ASGI scope."""


class RequestLog:
    """Appends lines to a file, each in one write, so that two servers may share it."""

    def __init__(self, path: Path) -> None:
        """Raises UserError when the file cannot be written."""
        try:
            self.file = path.expanduser().open("a", encoding="utf-8", buffering=1)
        except OSError as error:
            raise UserError(f"--log {path}: cannot be written ({error.strerror}); name another file") from None
        self.lock = Lock()

    def write(self, **fields: Any) -> None:
        line = json.dumps(fields, allow_nan=False) + "\n"
        with self.lock:
            self.file.write(line)

    def close(self) -> None:
        self.file.close()


class Logged:
    """An ASGI app whose requests are written down."""

    def __init__(self, app: Any, log: RequestLog, routes: frozenset[str]) -> None:
        """A path that is none of `routes` is the client's text and not written down."""
        self.app, self.log, self.routes = app, log, routes

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        seen = {"status": GONE}
        scope[COUNTS] = {}

        async def noting(message: Any) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
            await send(message)

        started = time.perf_counter()
        try:
            await self.app(scope, receive, noting)
        except Exception:
            seen["status"] = 500
            raise
        finally:
            self.write(scope, seen | scope[COUNTS], time.perf_counter() - started)

    def write(self, scope: Any, facts: Mapping[str, Any], seconds: float) -> None:
        self.log.write(
            time=datetime.now(UTC).isoformat(timespec="milliseconds"),
            route=scope["path"] if scope["path"] in self.routes else "other",
            **{name: facts.get(name) for name in ("model", "status", "prompt_tokens", "new_tokens")},
            seconds=round(seconds, 4),
        )
