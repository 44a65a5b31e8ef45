import os
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from bench.record import RunRecord
from bench.report.junit import properties
from tests.report.sample import PAYLOADS, cases_of, measured

TEST = """
def test_numbers(record_property):
    for name, value in {found!r}:
        record_property(name, value)
"""


@pytest.fixture
def record():
    return measured(cases_of("base_vs_instruct", "everyday")[1], 20)


def test_each_score_stands_with_its_interval_and_denominator(record):
    found = dict(properties(record))
    assert [found[f"stop_rate{part}"] for part in ("", "_low", "_high", "_n")] == ["1", "0.94", "1", "20"]
    assert (found["train_seconds"], found["peak_memory_bytes"]) == ("24.3", str(640 * 2**20))


def test_what_is_missing_and_the_other_prompt_form_are_left_out(record):
    names = [name for name, _ in properties(record)]
    assert "over_refusal" not in names
    assert not [name for name in names if "@" in name]


def test_a_failed_case_tells_its_reason():
    failed = RunRecord(cases_of("cost", "everyday")[1], "error", reason="no space\nleft")
    assert ("reason", "no space left") in properties(failed)


def test_pytest_writes_hostile_names_as_xml_that_can_be_read(record, tmp_path):
    scores = dict.fromkeys(PAYLOADS, record.scores["stop_rate"])
    hostile = replace(record, case=replace(record.case, model="".join(PAYLOADS)), scores=scores, reason=PAYLOADS[9])
    (tmp_path / "test_x.py").write_text(TEST.format(found=properties(hostile)), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "--junitxml=x.xml", "test_x.py"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    found = ElementTree.parse(tmp_path / "x.xml").iter("property")  # noqa: S314 (pytest wrote it)
    assert len(list(found)) == len(properties(hostile))
