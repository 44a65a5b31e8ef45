from dataclasses import replace

import pytest
import yaml

from bench.report.groups import groups
from bench.report.model_card import model_card, trained, write_cards
from tests.report.sample import PAYLOADS, cases_of, measured, sample_records

ModelCard = pytest.importorskip("huggingface_hub").ModelCard


@pytest.fixture
def pair():
    base, full = (measured(case, 8) for case in cases_of("base_vs_instruct", "everyday")[:2])
    return base, full


def test_the_hub_reads_the_head_and_its_numbers_are_the_records(pair):
    base, full = pair
    data = ModelCard(model_card(full, base)).data
    results = {each.metric_type: each.metric_value for each in data.eval_results}
    assert results["instruction_following"] == full["instruction_following"]
    assert data.model_name == "tiny-gpt2-everyday-full-s0"


def test_the_table_sets_the_base_beside_the_value(pair):
    base, full = pair
    row = next(line for line in model_card(full, base).splitlines() if line.startswith("| Self-prompting"))
    assert [cell.strip() for cell in row.split("|")[2:6]] == ["0 %", "0–5", "8", "100 %"]


def test_a_hub_model_is_named_as_the_base(pair):
    full = replace(pair[1], case=replace(pair[1].case, model="hub:openai-community/gpt2"))
    assert ModelCard(model_card(full)).data.base_model == "openai-community/gpt2"
    assert ModelCard(model_card(pair[1])).data.base_model is None


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_name_breaks_neither_yaml_nor_markdown(pair, payload):
    case = replace(pair[1].case, model=payload, dataset=payload, method=payload, variant=payload)
    text = model_card(replace(pair[1], case=case), command=payload, licence=payload)
    _, head, body = text.split("---\n", 2)
    assert isinstance(yaml.safe_load(head), dict)
    assert "<" not in "".join(line for line in body.splitlines() if not line.startswith("    "))
    assert len({line.count("|") - line.count("\\|") for line in body.splitlines() if line.startswith("|")}) == 1


def test_base_and_unmeasured_rows_get_no_card(tmp_path):
    found = groups(sample_records(8))
    written = write_cards(tmp_path, found, "pytest -m bench")
    assert [path.stem for path in written] == [r.case.file_name for group in found for r in trained(group)]
    assert len(written) == 4


def test_usage_and_a_failed_claim_are_told():
    failed = sample_records(8)[3]
    text = model_card(failed, usage="    model = AutoModelForCausalLM.from_pretrained('here')")
    assert "## Use" in text
    assert (
        "A claim failed: instruction\\_following 0.86" in text or "A claim failed: instruction_following 0.86" in text
    )
