"""The whole way with a paid teacher: `tunebench synthesize` against a real server, within a budget, and resumed."""

import json
import re

import pytest
from typer.testing import CliRunner

from bench.catalog import FIXTURES
from bench.cli import app
from bench.synthesis.rows import Pair, read_rows
from tests.synthesis.endpoint import KEY, serving

pytest.importorskip("openai")
pytest.importorskip("bm25s")

TEXT = FIXTURES / "corpus" / "novella.txt"
BASE = ("--text", str(TEXT), "--teacher", "openai:m")


def say(request):
    """Quotes the first sentence of the first passage."""
    passage = re.search(r"<<PASSAGE 1 \w+>>\n(.*?)\n<<END", request["messages"][1]["content"], re.S)[1]
    sentence = re.match(r".*?[.!?](?=\s|$)", passage, re.S)[0]
    return {"answer": sentence, "evidence": sentence, "passage": 1}


@pytest.fixture(scope="module")
def server():
    with serving(say) as made:
        yield made


@pytest.fixture
def synthesize(server, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    def run(*options):
        command = ["synthesize", *BASE, "--out", str(tmp_path), *options]
        return CliRunner().invoke(app, command, catch_exceptions=False)

    run("--limit", "3")
    return run


def answered(folder):
    lines = [json.loads(line) for line in (folder / "requests.jsonl").read_text().splitlines()]
    return [line for line in lines if line["what"] == "answered"]


def test_scaling_passes_every_request_through_the_journal(synthesize, server, tmp_path):
    before, journal = len(server.requests), len(answered(tmp_path))
    assert journal >= 3, "the first pairs are journalled, too"
    synthesize("--stage", "scale", "--target", "8", "--without-review")
    assert len(read_rows(tmp_path / "pairs.jsonl", Pair)) == 8
    assert len(answered(tmp_path)) - journal == len(server.requests) - before > 0
    asked = len(server.requests)
    synthesize("--stage", "scale", "--target", "8", "--without-review")
    assert len(server.requests) == asked, "nothing is paid for twice"
    assert not [path for path in tmp_path.iterdir() if KEY in path.read_text()]


def test_the_budget_of_the_command_holds(synthesize, server, tmp_path):
    options = ("--price-in", "1", "--price-out", "1", "--budget", "0.002", "--concurrency", "1")
    done = synthesize("--stage", "scale", "--target", "500", "--without-review", *options)
    assert "the budget of 0.002 is used up" in done.output
    assert json.loads((tmp_path / "scale.json").read_text())["ended"]["paid"] <= 0.002
