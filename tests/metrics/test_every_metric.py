import json
import subprocess
import sys

import pytest

from bench import catalog
from bench.record import Score, dump_json

ODD = ["", " \n", "\0", "\ud800", "a" * 1_000_000, "?" * 1000, "我喜欢茶", None]


def columns(name, outputs):
    found = catalog.load("metric", name)[0].score(outputs)
    return {name: found} if isinstance(found, Score) else dict(found)


@pytest.fixture(params=catalog.names("metric"))
def metric(request):
    return request.param


def test_no_outputs_give_none_and_a_reason(metric):
    for score in columns(metric, []).values():
        assert (score.value, score.n, score.low, score.high) == (None, 0, None, None)
        assert score.why


def test_odd_texts_never_crash_or_give_nan(metric, output):
    outputs = [
        output(text, references=("Paris",), label="a", expect=("answer", "refuse")[number % 2])
        for number, text in enumerate(ODD)
    ]
    for score in columns(metric, outputs).values():
        assert score.value is not None or score.why
        assert score.value is None or score.low <= score.value <= score.high
        json.dumps(vars(score), allow_nan=False)


def test_odd_references_never_crash(metric, output):
    for references in ((), ("",), ("\ud800",), ("a" * 100_000,), ("我喜欢茶",)):
        for score in columns(metric, [output("Paris", references=references)]).values():
            assert score.value is not None or score.why


def test_one_output_has_an_interval_and_a_signature(metric, output):
    for score in columns(metric, [output("Paris", references=("Paris",), label="Paris", expect="refuse")]).values():
        assert score.signature
        assert score.value is None or score.low <= score.value <= score.high


def test_denominator_and_unscored_add_up_to_the_outputs(metric, output):
    outputs = [output("Paris", references=("Paris",), label="Paris"), output("Rome")]
    for name, score in columns(metric, outputs).items():
        whole = 0 if name == "correct_refusal" else 2
        assert score.n + score.unscored == whole


def test_direction_and_unit_are_declared_for_every_column(metric, output):
    module = catalog.load("metric", metric)[0]
    for declared in (module.HIGHER_IS_BETTER, module.UNIT):
        assert not isinstance(declared, dict) or set(declared) == set(columns(metric, []))


def test_scores_survive_strict_json(metric, output):
    for score in columns(metric, [output("Paris", references=("Paris",))]).values():
        assert Score(**json.loads(dump_json(vars(score)))) == score


def test_importing_every_metric_brings_in_no_framework():
    lines = "; ".join(f"import bench.metrics.{name}" for name in catalog.names("metric"))
    heavy = "{'torch', 'transformers', 'evaluate', 'sklearn', 'rouge_score', 'nltk'}"
    code = f"import sys; {lines}; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
