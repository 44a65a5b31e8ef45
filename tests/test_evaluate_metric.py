import json
import os
import re
import subprocess
import sys

import pytest

evaluate = pytest.importorskip("evaluate")

from bench import catalog  # noqa: E402
from bench.catalog import ROOT  # noqa: E402
from bench.errors import UserError  # noqa: E402
from bench.evaluate_metric import NEEDS, TYPES, metric  # noqa: E402
from bench.run.scoring import score_metric  # noqa: E402


def test_it_is_a_genuine_evaluate_metric_in_memory():
    made = metric("token_f1")
    assert isinstance(made, evaluate.Metric)
    assert made.keep_in_memory
    assert made.name == "token_f1"


def test_compute_gives_plain_floats_by_column():
    found = metric("rouge:L").compute(predictions=["a cat"], references=["the cat"])
    assert found == {"rougeL": 0.5}
    assert type(found["rougeL"]) is float


def test_references_are_texts_or_lists_of_texts():
    made = metric("exact_match")
    assert made.compute(predictions=["a", "b"], references=["b", "b"])["exact_match"] == 0.5
    assert made.compute(predictions=["a", "b"], references=[["b", "x"], ["b"]])["exact_match"] == 0.5


def test_examples_are_added_one_by_one_and_in_batches():
    made = metric("exact_match")
    made.add(prediction="x", reference="x")
    made.add_batch(predictions=["x", "y"], references=["x", "x"])
    assert made.compute()["exact_match"] == pytest.approx(2 / 3)


def test_the_same_instance_starts_afresh_after_compute():
    made = metric("exact_match")
    assert made.compute(predictions=["x"], references=["y"])["exact_match"] == 0
    assert made.compute(predictions=["x"], references=["x"])["exact_match"] == 1


def test_combined_metrics_keep_their_columns():
    both = evaluate.combine([metric("rouge:L"), metric("exact_match")])
    assert both.compute(predictions=["a cat"], references=["the cat"]) == {"rougeL": 0.5, "exact_match": 1.0}


def test_combined_metrics_can_be_added_to():
    both = evaluate.combine([metric("token_f1"), metric("exact_match")])
    both.add(prediction="x", reference="x")
    both.add_batch(predictions=["y"], references=["x"])
    assert both.compute() == {"token_f1": 0.5, "exact_match": 0.5}


def test_a_shared_column_is_told_apart_by_our_names():
    found = evaluate.combine([metric("rouge:L"), metric("rouge")]).compute(predictions=["x"], references=["x"])
    assert {"rouge_L_rougeL", "rouge_rougeL"} <= set(found)


def test_combined_metrics_take_each_their_own_columns():
    both = evaluate.combine({"f1": metric("token_f1"), "kept": metric("grounding")}, force_prefix=True)
    given = {"predictions": ["Ada"], "references": ["Ada"], "instruction": ["Who?"], "source": ["Ada came."]}
    found = both.compute(**given)
    assert (found["f1_token_f1"], found["kept_grounding"]) == (1.0, 1.0)


def test_the_first_reference_is_the_gold_label():
    found = metric("label_f1").compute(predictions=["good", "bad"], references=["good", ["good"][0]])
    assert found["accuracy"] == 0.5


def test_checks_come_as_json():
    checks = json.dumps([{"kind": "words", "max": 2}])
    given = {"predictions": ["a b", "a b c"], "references": ["", ""], "instruction": ["Go.", "Go."]}
    assert metric("instruction_following").compute(**given, checks=[checks, checks])["instruction_following"] == 0.5


@pytest.mark.parametrize("checks", ["{", "{}", "7"])
def test_checks_that_are_no_list_say_so(checks):
    given = {"predictions": ["a"], "references": [""], "instruction": ["Go."]}
    with pytest.raises(UserError, match=r"example 1: checks .* no JSON list"):
        metric("instruction_following").compute(**given, checks=[checks])


def test_likelihoods_make_perplexity_and_forgetting():
    assert metric("perplexity").compute(nll=[0.0], nll_tokens=[5])["perplexity"] == 1
    assert metric("forgetting").compute(nll=[10.0], nll_before=[5.0], nll_tokens=[5])["forgetting"] == 1


def test_groups_make_consistency():
    assert metric("consistency").compute(predictions=["x", "x"], group=["g", "g"])["consistency"] == 1


def test_no_examples_give_none():
    assert metric("token_f1").compute(predictions=[], references=[]) == {"token_f1": None}


def test_null_answers_and_half_surrogates_get_through():
    found = metric("token_f1").compute(predictions=[None, "\ud800"], references=["x", ["y", "\udfff"][0]])
    assert found == {"token_f1": 0.0}


def test_columns_can_be_chosen():
    made = metric("completion", columns=("predictions", "instruction", "finished"))
    assert made.compute(predictions=["Yes."], instruction=["Is it?"], finished=[True])["stop_rate"] == 1


def test_an_unknown_metric_or_column_names_the_nearest():
    with pytest.raises(UserError, match="token_f1"):
        metric("token_f2")
    with pytest.raises(UserError, match="'source'"):
        metric("grounding", columns=("sources",))
    with pytest.raises(UserError, match="'references'"):
        metric("token_f1").compute(predictions=["x"], references=["x"], reference=["x"])


def test_unequal_lengths_are_told():
    with pytest.raises(ValueError, match="Mismatch"):
        metric("token_f1").compute(predictions=["x", "y"], references=["x"])


ROW = {"nll": 1.0, "nll_before": 1.0, "nll_tokens": 1, "finished": True, "checks": "[]", "expect": "answer"}


@pytest.mark.parametrize("name", catalog.names("metric"))
def test_every_metric_can_be_used(name, monkeypatch):
    monkeypatch.delenv("BENCH_JUDGE_URL", raising=False)
    given = {column: [ROW.get(column, "Paris")] for column in NEEDS.get(name, ("predictions", "references"))}
    assert set(metric(name).compute(**given)) == set(score_metric(name, []))


def test_every_column_is_a_field_of_an_output(output):
    assert set(TYPES) - {"predictions", "references"} <= set(vars(output("x")))


NO_NETWORK = """
import socket, sys
def refuse(*args, **kwargs):
    raise SystemExit("network")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
import evaluate
from bench.evaluate_metric import metric
both = evaluate.combine([metric("rouge"), metric("token_f1")])
both.add_batch(predictions=["a cat"], references=["the cat"])
print(both.compute()["token_f1"])
"""


def test_nothing_is_written_under_hf_home_and_no_network_is_used(tmp_path):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    environment |= {"HF_HOME": str(tmp_path), "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", NO_NETWORK], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "1.0"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_no_other_file_of_ours_imports_evaluate():
    own = re.compile(r"^\s*(?:import|from) evaluate\b", re.M)
    importing = {path.name for path in (ROOT / "bench").rglob("*.py") if own.search(path.read_text("utf-8"))}
    assert importing == {"evaluate_metric.py"}
