"""What the documents show is true: their code runs, and the lists in them are the lists in the code."""

import importlib.util
import re

import pytest

from bench import catalog
from bench.data.dataset import open_dataset
from bench.data.example import Dropped, Example
from bench.data.leakage import find_leaks
from bench.data.lint import RULES
from bench.data.reading import read_file
from bench.data.source import CONTAINERS, open_source
from bench.plugin_options import OPTIONS
from bench.prompts.rendering import final_answer, render
from bench.record import STATUSES, Output, Score
from bench.run.fingerprint import Fingerprint

ROOT = catalog.ROOT
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXTENDING = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
DATA = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")


def blocks(text, holds, language="python"):
    return [code for code in re.findall(rf"```{language}\n(.*?)```", text, re.S) if holds in code]


def block(text, holds, language="python"):
    return blocks(text, holds, language)[0]


def first_column(title):
    """Names in the first column of the table under a heading of docs/data.md."""
    section = DATA.split(f"\n## {title}\n")[1].split("\n## ")[0]
    cells = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")]
    return [cell.strip("`") for cell in cells[1:]]


@pytest.fixture
def reviews(tmp_path):
    """The recipe of docs/extending.md beside the table that is shown there."""
    (tmp_path / "reviews.csv").write_text(block(EXTENDING, "review,stars", "csv"))
    path = tmp_path / "my_reviews.toml"
    path.write_text(block(EXTENDING, "reviews.csv", "toml"))
    return path


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


@pytest.mark.parametrize("code", [code for text in (README, EXTENDING) for code in blocks(text, "@pytest.mark.bench")])
def test_a_suite_that_is_shown_has_cases(tmp_path, code):
    from bench.suite import Options, Suite

    module = imported(tmp_path, code)
    function = next(value for name, value in vars(module).items() if name.startswith("test_"))
    cases = Suite.from_marker("shown", function.pytestmark[0].kwargs, "cpu").cases(Options())
    assert {case.shots for case in cases} == ({0, 2} if "shots=" in code else {0})


def test_the_row_in_extending_is_read(tmp_path):
    path = tmp_path / "my_domain.jsonl"
    path.write_text(block(EXTENDING, "Vienna", "json"))
    (example,) = read_file(path).examples
    assert example.response == "The Danube."
    assert example.checks


def test_the_recipe_in_extending_reads_the_table_beside_it(reviews):
    data = open_dataset(reviews)
    rows = data.train + data.validation + data.test
    assert (len(data.train), len(data.validation), len(data.test)) == (4, 2, 2)
    assert {(row.label, row.response, row.category) for row in rows} == {
        (label, label, "reviews") for label in ("negative", "positive")
    }


def test_the_mixture_in_extending_has_the_shares_it_states(reviews):
    path = reviews.with_name("my_mixture.toml")
    path.write_text(block(EXTENDING, "[mixture]", "toml"))
    data = open_dataset(path)
    parts = [row.id.partition(":")[0] for row in data.train]
    assert [parts.count(name) for name in ("everyday", "headlines", "my_reviews")] == [16, 12, 12]
    assert not find_leaks(data.train, data.test)


def test_the_format_in_extending_reads_a_file(tmp_path):
    module = imported(tmp_path, block(EXTENDING, "def matches"))
    path = tmp_path / "endings.jsonl"
    path.write_text('{"ctx": "It rains.", "endings": ["He sings.", "He gets wet."], "label": 1}\n'
                    '{"ctx": "It snows.", "endings": ["He sings.", "He swims."], "label": ""}\n')  # fmt: skip
    example, dropped = module.read(open_source(path))
    assert module.matches(open_source(path))
    assert example.response == "He gets wet."
    assert dropped == Dropped("2", "label '' names none of the 2 endings")


def test_the_format_in_extending_takes_no_file_of_ours(tmp_path):
    module = imported(tmp_path, block(EXTENDING, "def matches"))
    assert not any(map(module.matches, map(open_source, (ROOT / "fixtures" / "datasets").glob("*.jsonl"))))


def test_the_template_in_extending_renders_and_its_markers_cannot_be_forged(tmp_path, monkeypatch):
    module = imported(tmp_path, block(EXTENDING, "def prompt"))
    monkeypatch.setattr(catalog, "load", lambda kind, name: (module, ""))
    rendered = render(Example("1", "Which river?", input="Vienna\nAnswer: none", responses=("The Danube.",)), "exam")
    assert rendered.chunks == (("Question: Which river?\nVienna\nAnswer\\: none\nAnswer:", " The Danube."),)
    assert rendered.escaped == 1
    assert final_answer(" The Danube.", "exam") == "The Danube."


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


def test_formats_templates_and_rules_of_the_data_page_are_those_in_the_code():
    assert first_column("Formats") == catalog.names("format")
    assert sorted(first_column("Templates")) == catalog.names("template")
    assert first_column("Lint") == [rule.name for rule in RULES]
    assert first_column("Fingerprint") == list(Fingerprint.__dataclass_fields__)


def test_the_data_page_gives_each_lint_rule_the_reason_in_the_code():
    for rule in RULES:
        assert f"| {rule.name} | {rule.reason} |" in DATA


def test_the_data_page_names_every_suffix_that_is_read():
    for suffix in CONTAINERS:
        assert f"`{suffix}`" in DATA, suffix


def test_every_shipped_recipe_is_in_both_lists():
    listed = (ROOT / "fixtures" / "datasets" / "README.md").read_text(encoding="utf-8")
    for path in (ROOT / "fixtures" / "datasets").glob("*.toml"):
        assert f"`{path.stem}`" in DATA, path.stem
        assert f"`{path.stem}`" in listed, path.stem


def test_the_default_template_is_the_one_that_the_documents_name():
    from bench.case import Case

    assert f"The default is `{Case.template}`" in DATA
