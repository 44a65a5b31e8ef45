"""comparison.tex: escaping, what is marked, and that pdflatex really compiles it, whatever the names hold."""

import re
import shutil
import subprocess
from dataclasses import replace

import pytest

from bench.record import Score
from bench.report.latex import comparison_latex, latex_text
from bench.report.page import Page
from tests.report.sample import PAYLOADS, cases_of, hostile_records, measured, sample_records

DOCUMENT = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{booktabs}
\begin{document}
\input{comparison.tex}
\end{document}
"""


@pytest.fixture
def hostile(make_run):
    """Payloads as the names of models, datasets and variants that were measured, and of their metrics."""
    records = [measured(case, 4) for case in cases_of("sentiment", "headlines")[:2]]
    renamed = [
        replace(record, case=replace(record.case, model=payload, dataset=payload, variant=payload))
        for payload in PAYLOADS
        for record in records
    ]
    judged = [
        replace(each, case=replace(each.case, dataset=f"d{place}"), scores={payload: Score(0.5, 4)})
        for place, (each, payload) in enumerate(zip(records * len(PAYLOADS), PAYLOADS, strict=False))
    ]
    return Page(make_run(*renamed, *judged, *hostile_records()))


def test_every_special_character_is_escaped():
    shown = latex_text("a_b & 50% $x$ # {y} ~ ^ \\ |")
    assert shown == (r"a\_b \& 50\% \$x\$ \# \{y\} \textasciitilde{} \textasciicircum{} \textbackslash{} \textbar{}")


def test_a_bracket_after_a_line_end_is_no_argument():
    assert latex_text("[2pt]") == "{[}2pt{]}"


def test_a_character_without_a_glyph_becomes_its_number():
    assert latex_text("中é") == r"\textless{}U+4E2D\textgreater{}é"


def test_hidden_characters_and_line_ends_never_reach_tex():
    assert "\n" not in latex_text("a\nb\0\u202e")
    assert latex_text("\u202e").isascii()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_leaves_a_command_of_its_own(payload):
    known = re.compile(r"\\(text\w+|pm|to|ldots|[&%$#_{}])")
    assert "\\" not in known.sub("", latex_text(payload))


def test_the_best_group_is_bold_and_an_unmeasured_row_says_why(make_run):
    text = comparison_latex(Page(make_run(*sample_records(24))))
    assert re.search(r"^full & 24 & \\textbf\{95.8 \\%\}", text, re.MULTILINE)
    assert "qlora (skipped)" in text


def test_all_rows_of_a_table_have_its_columns(hostile):
    for table in comparison_latex(hostile).split(r"\begin{tabular}")[1:]:
        kinds = re.match(r"\{(\w+)\}", table).group(1)
        rows = [line for line in table.splitlines() if line.endswith(r" \\")]
        assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {len(kinds) - 1}


def test_nothing_measured_is_a_comment(make_run):
    assert comparison_latex(Page(make_run(*hostile_records()[:2]))).endswith("% Nothing was measured.\n")


def test_a_hostile_metric_is_a_head_of_its_table(hostile):
    assert r"a\_b \& 50\% \$x\$ \textbar{}" in comparison_latex(hostile)


def test_pdflatex_compiles_hostile_names(hostile, tmp_path):
    program = shutil.which("pdflatex")
    if program is None:
        pytest.skip("pdflatex is not installed: apt-get install texlive-latex-base texlive-latex-recommended")
    (tmp_path / "comparison.tex").write_text(comparison_latex(hostile), encoding="utf-8")
    (tmp_path / "document.tex").write_text(DOCUMENT)
    command = [program, "-interaction=nonstopmode", "-halt-on-error", "-draftmode", "document.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-2000:]
