"""What the documents show is true: their code runs, and the lists in them are the lists in the code."""

import importlib.util
import re

import pytest

from bench import catalog
from bench.plugin import OPTIONS
from bench.record import STATUSES, Output, Score

ROOT = catalog.ROOT
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXTENDING = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")


def block(text, holds):
    return next(code for code in re.findall(r"```python\n(.*?)```", text, re.S) if holds in code)


def imported(tmp_path, code):
    path = tmp_path / "shown.py"
    path.write_text(code)
    spec = importlib.util.spec_from_file_location("shown", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_metric_in_extending_scores(tmp_path):
    module = imported(tmp_path, block(EXTENDING, "def score"))
    outputs = [Output(str(n), "raw", "p", text, ("r",), "i") for n, text in enumerate(("LOUD", "calm"))]
    assert module.score(outputs).value == 0.5
    assert isinstance(module.score([]), Score)


def test_the_method_in_extending_prepares_the_shipped_model(tmp_path):
    module = imported(tmp_path, block(EXTENDING, "def prepare"))
    family, argument = catalog.load("model", "tiny-gpt2")
    model = module.prepare(family.open(argument), module.Config(), dtype="float32", device="cpu", seed=0)
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    assert len(trained) == 1


@pytest.mark.parametrize("text", [README, EXTENDING], ids=["README", "extending"])
def test_a_suite_that_is_shown_is_collected(tmp_path, text):
    from bench.suite import Suite

    module = imported(tmp_path, block(text, "@pytest.mark.bench"))
    function = next(value for name, value in vars(module).items() if name.startswith("test_"))
    assert Suite.from_marker("shown", function.pytestmark[0].kwargs, "cpu").cases


def test_options_and_models_in_the_readme_exist():
    for option in set(re.findall(r"--bench-([a-z-]+)", README)):
        assert option in OPTIONS, option
    for environment in re.findall(r"tox run -e ([a-z-]+)", README):
        assert environment.partition("-")[0] in (ROOT / "tox.ini").read_text()
    for name in catalog.names("method"):
        assert f"`{name}`" in README


def test_links_of_the_documents_lead_to_files():
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), f"{path.name}: {link}"


def test_files_that_the_lecture_table_names_exist():
    text = (ROOT / "docs" / "lectures.md").read_text(encoding="utf-8")
    for name in re.findall(r"`((?:bench|suites|fixtures|docs)/[^`]*)`", text):
        assert (ROOT / name).exists(), name


def test_every_status_is_explained():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for status in STATUSES:
        assert f"`{status}`" in text


def test_every_metric_is_defined_in_the_documents():
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    for name in catalog.names("metric"):
        assert f"## {name}" in text, name
