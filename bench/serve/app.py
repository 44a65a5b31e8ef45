"""The web app: the lectures' routes, OpenAI's, and the page, behind one door."""

import base64
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, Response

from bench import __version__
from bench.serve import lecture_api, openai_api
from bench.serve.bodies import Bounded
from bench.serve.engine import Engine
from bench.serve.log import Logged, RequestLog
from bench.serve.problems import add_handlers
from bench.serve.security import Door, Guarded

PAGE = Path(__file__).with_name("assets") / "page.html"
INLINE = re.compile(r"<(script|style)[^>]*>(.*?)</\1>", re.DOTALL)


def create_app(engine: Engine, door: Door | None = None, log: RequestLog | None = None) -> FastAPI:
    """The app that serves the engine's assistants; no debug mode, no pages that load from elsewhere."""
    app = FastAPI(
        title="tunebench",
        description="Asks fine-tuned models as the benchmark does.",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.engine = engine
    app.include_router(lecture_api.router)
    app.include_router(openai_api.router)
    add_page(app)
    add_handlers(app)
    app.add_middleware(Bounded)
    app.add_middleware(Guarded, door=door or Door())
    if log is not None:
        app.add_middleware(Logged, log=log, routes=frozenset({"/", *app.openapi()["paths"]}))
    return app


def add_page(app: FastAPI) -> None:
    """The chat page at `/`; where a token is asked for, the page itself asks the reader for it."""
    text = PAGE.read_text(encoding="utf-8")
    policy = {"Content-Security-Policy": content_policy(text)}

    @app.get("/", include_in_schema=False)
    async def page(http: Request) -> Response:
        if http.scope.get("bench.locked"):
            return HTMLResponse(text, 401, {**policy, "WWW-Authenticate": "Bearer"})
        return HTMLResponse(text, headers=policy)


def content_policy(page: str) -> str:
    """Only this page's own scripts and styles run, and they speak to this server only."""
    own: dict[str, list[str]] = {"script": [], "style": []}
    for kind, body in INLINE.findall(page):
        own[kind].append(f"'sha256-{base64.b64encode(sha256(body.encode()).digest()).decode()}'")
    allowed: dict[str, Any] = {f"{kind}-src": " ".join(found) or "'none'" for kind, found in own.items()}
    rules = {
        "default-src": "'none'",
        **allowed,
        "connect-src": "'self'",
        "img-src": "'self' data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())
