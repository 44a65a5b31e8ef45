"""Reviewing on a page of this machine: the same decisions as in the terminal, from a browser on 127.0.0.1.

Only who has the address with its random token gets an answer; other hosts' names (DNS rebinding) and forms of other
pages are refused. The page needs no network, and works without its script, which only adds the keys.
"""

import hmac
import secrets
from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from markupsafe import Markup

from bench.errors import UserError
from bench.report.escaping import show_hidden
from bench.report.templating import templates
from bench.synthesis.curate import failures
from bench.synthesis.review import Review, Texts, decide, progress, texts, undo
from bench.synthesis.rows import Pair

ASSETS = Path(__file__).parent / "assets"
REPORT_CSS = Path(__file__).parent.parent / "report" / "assets" / "report.css"
MOST_BYTES = 1 << 16
"""Of a form."""
SECONDS = 30
"""Without a byte after which a connection is closed."""


class Desk:
    """The review behind the page; one request at a time changes it."""

    def __init__(self, review: Review, who: str) -> None:
        self.review, self.who, self.lock = review, who, Lock()
        self.skipped: set[str] = set()
        self.problem, self.closed = "", False

    @property
    def pair(self) -> Pair | None:
        left = (pair for pair in self.review.left if pair.id not in self.skipped)
        return None if self.closed else next(left, None)

    def press(self, form: Mapping[str, str]) -> None:
        """What a button does. A form that was sent twice, or from an older page, decides nothing."""
        with self.lock:
            self.problem = ""
            what, pair = form.get("what", ""), self.pair
            if what == "quit":
                self.closed = True
            elif what == "undo":
                self.review, undone = undo(self.review, self.who)
                self.skipped.discard(undone.id if undone else "")
            elif pair is None or form.get("id") != pair.id or form.get("seen") != self.seen:
                self.problem = "That page was no longer current; nothing was decided."
            else:
                self.decided(pair, what, form)

    @property
    def seen(self) -> str:
        """Changes with every decision."""
        return str(len(self.review.decisions))

    def decided(self, pair: Pair, what: str, form: Mapping[str, str]) -> None:
        if what == "skip":
            self.skipped.add(pair.id)
            return
        changed = Texts(instruction=typed(form, "instruction"), response=typed(form, "response"))
        if what == "accepted" and changed != typed_texts(pair):
            what = "edited"
        if what not in ("accepted", "edited", "rejected"):
            self.problem = "There is no such button; nothing was decided."
            return
        try:
            self.review = decide(self.review, pair, what, self.who, after=changed if what == "edited" else None)
        except UserError as error:
            self.problem = str(error)


def typed(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n").strip()


def typed_texts(pair: Pair) -> Texts:
    """As a form gives them back that nobody has touched: the page shows hidden characters by name."""
    own = {name: show_hidden(text) for name, text in texts(pair).model_dump().items()}
    return Texts(instruction=typed(own, "instruction"), response=typed(own, "response"))


class Server(ThreadingHTTPServer):
    """Bound to 127.0.0.1 and nothing else."""

    daemon_threads = True

    def __init__(self, desk: Desk, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.desk, self.path = desk, f"/{secrets.token_urlsafe(24)}/"

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(f"{name}:{self.server_port}" for name in ("127.0.0.1", "localhost"))

    @property
    def url(self) -> str:
        return f"http://{self.hosts[0]}{self.path}"

    def end(self) -> None:
        """Not from the thread that serves."""
        Thread(target=self.shutdown, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    """One page and one form."""

    server: Server
    timeout = SECONDS
    server_version, sys_version = "tunebench", ""

    def do_GET(self) -> None:
        if self.allowed():
            self.page()

    def do_POST(self) -> None:
        if not self.allowed() or not self.from_own_page():
            return
        size = self.headers.get("Content-Length", "")
        if not size.isdigit() or int(size) > MOST_BYTES:
            self.refuse(413, f"a form of at most {MOST_BYTES} bytes was expected")
            return
        sent = self.rfile.read(int(size)).decode("utf-8", "replace")
        fields = parse_qs(sent, keep_blank_values=True, max_num_fields=20)
        self.server.desk.press({name: values[0] for name, values in fields.items()})
        if self.server.desk.closed:
            self.page()
            self.server.end()
        else:
            self.answer(303, "", {"Location": self.server.path})

    def allowed(self) -> bool:
        """The right name of this machine, then the token, compared in constant time."""
        if self.headers.get("Host") not in self.server.hosts:
            self.refuse(400, "unknown host")
            return False
        path = urlsplit(self.path).path.encode("utf-8", "replace")
        if not hmac.compare_digest(path, self.server.path.encode()):
            self.refuse(404, "not found; open the address that was printed")
            return False
        return True

    def from_own_page(self) -> bool:
        if self.headers.get("Origin") in {f"http://{host}" for host in self.server.hosts}:
            return True
        self.refuse(403, "forms of other pages are refused")
        return False

    def page(self) -> None:
        self.answer(200, rendered(self.server.desk), {"Content-Type": "text/html; charset=utf-8"})

    def refuse(self, status: int, why: str) -> None:
        self.close_connection = True
        self.answer(status, why + "\n", {"Content-Type": "text/plain; charset=utf-8"})

    def answer(self, status: int, body: str, headers: Mapping[str, str]) -> None:
        sent = body.encode()
        self.send_response(status)
        for name, value in (SAFE | dict(headers) | {"Content-Length": str(len(sent))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: Any) -> None:
        """Nothing: the address with its token would stand in the log."""


def styles() -> str:
    return REPORT_CSS.read_text(encoding="utf-8") + (ASSETS / "review.css").read_text(encoding="utf-8")


def script() -> str:
    return (ASSETS / "review.js").read_text(encoding="utf-8")


def digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


SAFE = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src {digest(styles())}; script-src {digest(script())}; img-src data:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def rendered(desk: Desk) -> str:
    """The page; everything that comes from data is escaped."""
    with desk.lock:
        pair = desk.pair
        before, mark, after = parts(pair) if pair else ("", "", "")
        return (
            templates(ASSETS)
            .get_template("review.html.j2")
            .render(
                css=Markup(styles()),  # noqa: S704
                script=Markup(script()),  # noqa: S704
                who=desk.who,
                progress=progress(desk.review),
                problem=desk.problem,
                closed=desk.closed,
                pair=pair,
                seen=desk.seen,
                failures=failures(pair) if pair else [],
                before=before,
                evidence=mark,
                after=after,
            )
        )


def parts(pair: Pair) -> tuple[str, str, str]:
    """The context before, in and after the evidence."""
    before, mark, after = pair.context.partition(pair.evidence) if pair.evidence else (pair.context, "", "")
    return before, mark, after


def serve(review: Review, who: str, port: int, tell: Callable[[str], None]) -> Review:
    """Serves the page until `Finish` or Ctrl-C; the review as it is then. Raises UserError for a port in use."""
    desk = Desk(review, who)
    try:
        server = Server(desk, port)
    except OSError as error:
        raise UserError(f"port {port} of 127.0.0.1 cannot be used ({error.strerror}); choose another --port") from None
    with server:
        tell(f"open {server.url} (Ctrl-C ends it)")
        try:
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            tell("ended; what was decided is stored")
    return desk.review
