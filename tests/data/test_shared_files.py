"""Every real file beside the repository, as its README counts it, or refused with a right reason."""

import re

import pytest

from bench import catalog
from bench.data.reading import read_file
from bench.data.source import open_source
from bench.errors import UserError
from tests.conftest import SHARED

DATA = SHARED / "data"

LOADED = {
    "alpaca/alpaca_small.json": ("alpaca", 2000, 2000),
    "alpaca/alpaca_tiny_with_text.json": ("alpaca", 100, 100),
    "alpaca/seed_tasks.jsonl": ("self_instruct", 175, 175),
    "course_lecture10/pride_prejudice_ift.json": ("alpaca", 4, 4),
    "course_lecture10/questions.txt": ("book", 1, 1),
    "dialogsum/dialogsum.dev.jsonl": ("dialogsum", 500, 500),
    "dialogsum/dialogsum.sample.jsonl": ("dialogsum", 100, 100),
    "dialogsum/dialogsum.test.first100.jsonl": ("dialogsum", 100, 300),
    "dialogsum/hub_csv/test.first300.csv": ("dialogsum", 100, 300),
    "dialogsum/hub_csv/validation.csv": ("dialogsum", 500, 500),
    "financial_phrasebank/License.txt": ("book", 1, 1),
    "financial_phrasebank/README.txt": ("book", 1, 1),
    "financial_phrasebank/Sentences_75Agree.txt": ("financial_phrasebank", 3453, 3453),
    "financial_phrasebank/Sentences_AllAgree.txt": ("financial_phrasebank", 2264, 2264),
    "financial_phrasebank/variant_utf8_lf_Sentences_AllAgree.txt": ("financial_phrasebank", 2264, 2264),
    "flan/qasc_train.tsv": ("flan_cot", 1084, 1084),
    "gutenberg/1342-0.txt": ("book", 61, 61),
    "gutenberg/1342.txt": ("book", 61, 61),
    "gutenberg/pride_prejudice.txt": ("book", 61, 61),
    "ifeval/Qwen__Qwen2.5-1.5B-Instruct-GPTQ-Int4/eval_results_loose.jsonl": ("alpaca", 541, 541),
    "ifeval/Qwen__Qwen2.5-1.5B-Instruct-GPTQ-Int4/eval_results_strict.jsonl": ("alpaca", 541, 541),
    "ifeval/gpt4/eval_results_loose.jsonl": ("alpaca", 540, 540),
    "ifeval/gpt4/eval_results_strict.jsonl": ("alpaca", 540, 540),
    "ifeval/gpt4/input_response_data_gpt4_20231107_145030.jsonl": ("alpaca", 540, 540),
    "ifeval/mistralai__Mistral-7B-Instruct-v0.3/eval_results_loose.jsonl": ("alpaca", 541, 541),
    "ifeval/mistralai__Mistral-7B-Instruct-v0.3/eval_results_strict.jsonl": ("alpaca", 541, 541),
    "instruct_small/instruction-data.json": ("alpaca", 1100, 1100),
    "self_instruct_eval/davinci_predictions.jsonl": ("alpaca", 252, 252),
    "self_instruct_eval/text-davinci-001_predictions.jsonl": ("alpaca", 252, 252),
    "self_instruct_eval/user_oriented_instructions.jsonl": ("self_instruct", 252, 252),
    "sharegpt/conversation.json": ("sharegpt", 1, 1),
    "sharegpt/conversation.missingturns.json": ("sharegpt", 1, 1),
    "sharegpt/dummy_conversation.json": ("sharegpt", 500, 500),
    "squad/fixture_squad.json": ("squad", 5, 7),
    "squad/fixture_squad2.json": ("squad", 6, 8),
    "squad/hub_flat_sample.json": ("squad", 14, 33),
    "squad/squad_v1.1_dev_refs.jsonl": ("alpaca", 10570, 18015),
    "squad/xquad.en.json": ("squad", 1190, 1190),
    "xstest/xstest_v2_completions_llama2new.csv": ("alpaca", 450, 450),
    "xstest/xstest_v2_completions_mistralinstruct.csv": ("alpaca", 450, 450),
}
"""Path -> (format, examples, references). A model's answers to prompts are instruction rows, too."""

REFUSED = {
    r"course_lecture10/4_templates_config\.json": "its records have the keys question_templates, characters, themes,",
    r"flan/flan_collection_info\.csv": "its records have the keys Source, Dataset, Specific Task Category,",
    r"ifeval/input_data\.jsonl": "its records have the keys key, prompt, instruction_id_list, kwargs;",
    r"lfs_pointers/Sentences_AllAgree\.txt": ":1: this is a Git LFS pointer, not the data; run `git lfs pull`",
    r"manifest\.json": "its records have the keys area, name, file, repo,",
    r"metric_cases/lighteval_\w+\.json": "its records have the keys name, description,",
    r"rouge_published/dialogue-summary-original-model\.csv": "human_baseline_summaries, original_model_summaries;",
    r"squad/pred_\w+\.json": "its records have the keys 57284e9fff5b5019007da154,",
    r"squad/squad_v1\.1_dev_ids_in_order\.json": "its first record is a text; expected objects",
    r"xstest/xstest_prompts\.csv": "its records have the keys id, prompt, type, label, focus, note;",
    r"\w+/EXPECTED\.json": "no known format",
}
"""Pattern of paths -> what the refusal says."""

FILES = sorted(str(path.relative_to(DATA)) for path in DATA.rglob("*") if path.is_file() and path.name != "README.md")


def refusal(name):
    return next((text for pattern, text in REFUSED.items() if re.fullmatch(pattern, name)), None)


def claims(path):
    """The formats that recognise a file; none when it cannot be opened."""
    try:
        source = open_source(path)
    except UserError:
        return []
    return [name for name in catalog.names("format") if catalog.load("format", name)[0].matches(source)]


def test_the_tables_name_every_file(shared):
    shared("data")
    assert [name for name in FILES if name not in LOADED and refusal(name) is None] == []
    assert sorted(LOADED.keys() - set(FILES)) == []


@pytest.mark.parametrize("name", LOADED)
def test_a_real_file_loads_with_its_count_by_one_format(shared, name):
    path = shared(f"data/{name}")
    found = read_file(path)
    assert (found.format, len(found.examples), found.references) == LOADED[name]
    assert claims(path) == [found.format]


@pytest.mark.parametrize("name", [name for name in FILES if refusal(name) is not None])
def test_a_real_file_that_holds_no_examples_is_refused_with_one_line(shared, name):
    path = shared(f"data/{name}")
    with pytest.raises(UserError) as error:
        read_file(path)
    assert refusal(name) in str(error.value)
    assert "\n" not in str(error.value)
    assert claims(path) == []


@pytest.mark.parametrize("name", LOADED)
def test_no_character_is_broken_that_is_whole_in_the_file(shared, name):
    path = shared(f"data/{name}")
    raw = path.read_bytes()
    everything = "".join(example.question + "".join(example.responses) for example in read_file(path).examples)
    assert everything.count("\ufffd") == raw.count("\ufffd".encode()) + raw.count(rb"\ufffd")
