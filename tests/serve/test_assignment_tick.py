"""An assignment's web interface is ticked from what the server itself wrote down, from the question to the page."""

import shutil

import httpx
import pytest
from typer.testing import CliRunner

from bench.cli import app

pytest.importorskip("fastapi", reason="the extra `serve` is not installed")
from bench.serve.assistant import open_assistant
from bench.serve.engine import Engine
from bench.serve.log import RequestLog
from tests.serve.served import server
from tests.serve.tuned import tuned

TITLE = "A simple web interface that answers"


@pytest.fixture
def asked(tmp_path):
    """Serves a tuned model of a run with its log in the run's folder, and asks it: path, body -> status; the folder."""
    run = tuned()
    folder = shutil.copytree(run.run, tmp_path / "run")
    log = RequestLog(folder / "requests.jsonl")
    with Engine([open_assistant(run.source("lora"), store=run.store)]) as engine, server(engine, log=log) as url:
        yield lambda path, body: httpx.post(f"{url}{path}", json=body, timeout=60).status_code, folder
    log.close()


def ticked(folder):
    """The line of the deliverable in the terminal, and whether its page was written."""
    result = CliRunner().invoke(app, ["report", str(folder), "--assignment", "lecture11"])
    assert result.exit_code == 0, result.output
    assert (folder / "assignment.html").is_file()
    return next(line.split()[0] for line in result.output.splitlines() if line.endswith(TITLE))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/ask", {"question": "What is a door?"}),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "What is a door?"}], "stream": True}),
    ],
)
def test_a_question_that_was_answered_ticks_the_web_interface(asked, path, body):
    ask, folder = asked
    assert ask(path, body) == 200
    assert ticked(folder) == "shown"


def test_a_server_that_was_only_asked_nothing_leaves_it_open(asked):
    ask, folder = asked
    assert ask("/ask", {"question": ""}) == 400
    assert ticked(folder) == "open"
