"""The committed sample is what today's code makes of the committed records, byte for byte."""

import re
import tarfile
from importlib.metadata import version

import pytest

from bench.catalog import ROOT
from bench.report.render import write_reports

SAMPLE = ROOT / "reports" / "sample"
DRAWN_BY = "3.11.2"
"""The matplotlib that drew the sample's plots; another one may place a tick elsewhere."""
LIMIT = 1_700_000
"""Bytes of page, table and text together."""


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    with tarfile.open(SAMPLE / "records.tar.xz") as archive:
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Python 3.11.4
        archive.extractall(folder, **safe)  # noqa: S202
    return {path.name: path for path in write_reports(folder)}


@pytest.mark.parametrize("name", ["comparison.csv", "comparison.tex", "report.md"])
def test_the_text_files_are_rebuilt_byte_for_byte(rebuilt, name):
    assert rebuilt[name].read_bytes() == (SAMPLE / name).read_bytes(), again(name)


def test_the_page_is_rebuilt_byte_for_byte(rebuilt):
    ours, theirs = (path.read_text(encoding="utf-8") for path in (rebuilt["report.html"], SAMPLE / "report.html"))
    if version("matplotlib") != DRAWN_BY:
        ours, theirs = (re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL) for text in (ours, theirs))
    assert ours == theirs, again("report.html")


def again(name):
    return f"{name} of reports/sample is not what the code writes now; see reports/sample/README.md"


def test_the_sample_stays_small():
    assert sum((SAMPLE / name).stat().st_size for name in ("report.html", "comparison.csv", "report.md")) < LIMIT


def test_the_sample_is_the_whole_default_run_and_its_first_screen_answers(rebuilt):
    page = rebuilt["report.html"].read_text(encoding="utf-8")
    assert "<li><b>100</b> planned</li>" in page
    glance = page[page.index('id="glance"') : page.index('id="reproduce"')]
    assert re.search(r"full, lora and qlora \(tied\).*?shown on this one training run, p &lt; 0.001", glance, re.DOTALL)
