from html.parser import HTMLParser

import pytest
import yaml
from typer.testing import CliRunner

from bench.cli import app
from bench.errors import UserError
from bench.synthesis.curate_dataset import build_dataset
from bench.synthesis.quality import agreement, entropy, general, quality_of
from bench.synthesis.quality_page import dataset_card, figures, headline, quality_page, warnings, write_quality
from bench.synthesis.review import decide, open_review
from bench.synthesis.rows import write_rows
from tests.synthesis.test_curate import village
from tests.synthesis.test_review import pair

EVIL = "</p><script>alert(1)</script><img src=http://evil.example/x> {{ 7*7 }} | a_b \x1b"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("village")
    write_rows(made / "pairs.jsonl", [*village(), pair(98, response="Maren"), pair(97, passage_id=EVIL, type=EVIL)])
    review = open_review(made)
    for one in [each for each in review.pairs if each.id in {"p1", "p2", "p3", "p4", "p5", "p6", "p98"}]:
        review = decide(review, one, "rejected" if one.id == "p98" else "accepted", "ada")
    return made


@pytest.fixture(scope="module")
def quality(folder):
    return quality_of(folder, build_dataset(folder))


def test_every_figure_has_a_denominator_or_a_reason(quality):
    for figure in figures(quality):
        assert figure.over, figure
        assert figure.value != "–" or figure.about, figure


def test_grounding_is_over_all_rows(quality):
    assert quality.grounding.n + quality.grounding.unscored == len(quality.built.pairs)
    assert quality.grounding.value == 1.0


def test_agreement_is_over_the_reviewed_pairs(quality):
    assert (quality.agreement.n, quality.agreement.value) == (7, 1.0)


def test_nothing_reviewed_has_no_kappa(tmp_path):
    write_rows(tmp_path / "pairs.jsonl", village())
    found = quality_of(tmp_path)
    assert (found.agreement.value, found.agreement.why) == (None, "nothing was reviewed")
    assert "none of them reviewed by a person" in headline(found)


def test_checks_that_pass_everything_have_no_kappa(tmp_path):
    write_rows(tmp_path / "pairs.jsonl", village())
    review = open_review(tmp_path)
    for place, what in enumerate(["accepted", "rejected"]):
        review = decide(review, review.pairs[place], what, "ada")
    assert agreement(review).why == "the checks say the same of all 2 reviewed pairs; kappa is not defined"


def test_rows_that_nobody_read_are_never_called_curated(quality):
    assert any("call none of them curated" in line for line in warnings(quality))


def test_entropy_is_one_for_equal_shares_and_none_for_one_class():
    assert entropy({"a": 5, "b": 5, "c": 5}) == pytest.approx(1)
    assert entropy({"a": 9, "b": 1}) == pytest.approx(0.469, abs=1e-3)
    assert entropy({"a": 9}) is None


def test_reasons_are_counted_without_what_differs():
    assert general("near-copy of i-3f2a (ROUGE-L 0.91)") == "near-copy"
    assert general("accuracy: the context does not name 'Bligh'") == "accuracy: the context does not"


class Elements(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.addresses = [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [value for name, value in attributes if name in ("src", "href", "action")]


def test_the_page_adds_no_element_for_texts_of_data_and_needs_no_network(quality):
    found = Elements()
    found.feed(quality_page(quality))
    assert not {"script", "img", "iframe", "form"} & set(found.tags)
    assert all(address.startswith(("#", "data:")) for address in found.addresses)


def test_template_marks_in_data_are_not_evaluated(quality):
    assert "{{ 7*7 }}" in quality_page(quality)


def test_the_card_has_front_matter_and_escapes_its_cells(quality):
    card = dataset_card(quality, "cc0-1.0")
    front = yaml.safe_load(card.split("---\n")[1])
    assert front["license"] == "cc0-1.0"
    assert front["configs"][0]["data_files"] == "dataset.jsonl"
    assert "<script>" not in card
    assert "\x1b" not in card


def test_the_same_folder_gives_the_same_files(folder, quality):
    first = [path.read_text() for path in write_quality(folder, quality)]
    again = quality_of(folder, build_dataset(folder))
    assert [path.read_text() for path in write_quality(folder, again)] == first


def test_the_command_writes_dataset_page_and_card(tmp_path):
    write_rows(tmp_path / "pairs.jsonl", village(12))
    done = CliRunner().invoke(app, ["quality", str(tmp_path), "--licence", "cc0-1.0"], catch_exceptions=False)
    assert done.exit_code == 0
    assert all((tmp_path / name).is_file() for name in ("dataset.jsonl", "quality.html", "README.md"))
    assert "Supported by evidence" in done.output


def test_the_command_names_a_folder_without_pairs(tmp_path):
    with pytest.raises(UserError, match=r"has no pairs\.jsonl"):
        CliRunner().invoke(app, ["quality", str(tmp_path)], catch_exceptions=False)
