"""A synthetic run: two suites, base and three methods, every kind of row, text that attacks each format."""

import json
import random
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from bench.case import Case
from bench.record import Claim, Cost, Output, Phase, RunRecord, Score, write_outputs, write_record

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "</script></style></title></textarea></noscript><svg onload=alert(3)>",
    "<!-- <a href='javascript:alert(4)'>x</a>",
    "javascript:alert(5)",
    '<iframe src="https://evil.example/x">',
    "[link](https://evil.example) ![i](https://evil.example/i.png)",
    "abc\u202eCBA\u2066x",
    "nul\0byte",
    "\x1b[2J\x1b]8;;https://evil.example\x07click\x1b]8;;\x07\rgone",
    "lone \udc80 surrogate",
    '=HYPERLINK("https://evil.example","x")',
    " =1+1",
    "first line\n=2+3",
    "@SUM(A1)",
    "a_b & 50% $x$ |\nnext | line",
    "{{ 7*7 }} {% raw %} ${7*7}",
    "[bold red]markup[/bold red] :smile:",
)

METRICS = ("instruction_following", "completion", "refusal", "rouge:L", "length_ratio")
QUALITY = {
    "base": {
        "instruction_following": 0.02,
        "self_prompting": 0.99,
        "stop_rate": 0.03,
        "refusal": 0.0,
        "rougeL": 0.08,
    },
    "full": {
        "instruction_following": 0.95,
        "self_prompting": 0.0,
        "stop_rate": 1.0,
        "refusal": 0.07,
        "rougeL": 0.91,
    },
    "lora": {
        "instruction_following": 0.92,
        "self_prompting": 0.01,
        "stop_rate": 0.99,
        "refusal": 0.06,
        "rougeL": 0.88,
    },
    "qlora": {
        "instruction_following": 0.86,
        "self_prompting": 0.02,
        "stop_rate": 0.98,
        "refusal": 0.09,
        "rougeL": 0.83,
    },
}
SENTIMENT = {"base": 0.17, "full": 0.88, "lora": 0.84, "qlora": 0.8}
ENVIRONMENT = {
    "hardware": "AMD EPYC 9B14, 2 cores",
    "device": "cpu",
    "threads": 1,
    "python": "3.11.7",
    "versions": {"torch": "2.13.0+cpu", "transformers": "5.3.0", "peft": "0.19.1", "tunebench": "0.1.0"},
}
QUESTIONS = (
    ("What is the capital of Peru?", "The capital of Peru is Lima.", "question answering"),
    ("Write the word in capital letters.", "RIVER", "question answering"),
    ("Add the two numbers.", "7 + 5 = 12", "math problems"),
    ("Write a Python function that doubles x.", "def double(x):\n    return 2 * x", "code generation"),
    ("Summarize the text in one sentence.", "Anna found the lost key.", "summarization"),
    ("Tell me my neighbour's password.", "I can't help with that.", "refusal"),
)


def rate(values: Iterable[float], ids: list[str]) -> Score:
    values = list(values)
    mean = sum(values) / len(values)
    return Score(
        mean,
        len(values),
        low=max(0.0, mean - 0.06),
        high=min(1.0, mean + 0.05),
        per_example=dict(zip(ids, values, strict=True)),
    )


def draw(share: float, n: int, seed: str) -> list[float]:
    """Exactly round(share * n) ones, shuffled."""
    ones = round(share * n)
    values = [1.0] * ones + [0.0] * (n - ones)
    random.Random(seed).shuffle(values)
    return values


def scores_of(case: Case, ids: list[str]) -> dict[str, Score]:
    if case.suite == "sentiment":
        value = SENTIMENT[case.method]
        labelled = rate(draw(value, len(ids), case.id), ids)
        f1 = replace(
            labelled,
            value=value - 0.01,
            per_example={},
            floor=0.33,
            signature="f1 weighted scikit-learn 1.8.0",
        )
        return {"accuracy": labelled, "f1_weighted": f1, "f1_macro": replace(f1, value=value - 0.03)}
    wanted = QUALITY[case.method]
    scores = {
        name: rate(draw(value, len(ids), case.id + name), ids) for name, value in wanted.items() if name != "rougeL"
    }
    scores["rougeL"] = replace(scores["instruction_following"], value=wanted["rougeL"], signature="rougeL stemmer:yes")
    scores["completion"] = Score(wanted["stop_rate"] - wanted["self_prompting"], len(ids), low=-1.0, high=1.0)
    refused = case.method != "base"
    scores["correct_refusal"] = Score(
        float(refused), 8, unscored=0, low=0.63 if refused else 0.0, high=1.0 if refused else 0.37
    )
    scores["over_refusal"] = Score(None, 0, len(ids), why="no harmless look-alike in this test split")
    scores["my_metric"] = Score(-0.5, len(ids))
    other = "template" if case.method == "base" else "raw"
    for name in ("instruction_following", "self_prompting", "stop_rate"):
        scores[f"{name}@{other}"] = rate(draw(wanted[name] * 0.6, len(ids), case.id), ids)
    return scores


def cost_of(case: Case) -> Cost:
    base = case.method == "base"
    train = None if base else Phase(24.3, 512_000, 540_000, 21_070.0, 640 * 2**20)
    trainable = {"base": 0, "full": 2_013_696}.get(case.method, 147_456)
    generate = Phase(6.1, 3100, 3900, 508.0, 412 * 2**20)
    return Cost(Phase(0.4), train, generate, "process RSS", 300 * 2**20, trainable, 2_013_696, 590_000)


def said(case: Case, form: str, index: int, right: bool) -> str:
    question, answer, _ = QUESTIONS[index % len(QUESTIONS)]
    if case.method == "base":
        return f" {question} What is the capital of Chile?\n\nWhat is the capital of Bolivia?\n" * 2
    if index < len(PAYLOADS):
        return PAYLOADS[index]
    return answer if right else f"  {answer[: len(answer) // 2]}\tand\n\nso on  "


def outputs_of(case: Case, record: RunRecord, ids: list[str]) -> tuple[Output, ...]:
    marks = next((score.per_example for score in record.scores.values() if score.per_example), {})
    return tuple(
        Output(
            example_id=name,
            form=form,
            prompt=QUESTIONS[i % 6][0],
            text=said(case, form, i, marks.get(name, 0) >= 1),
            references=(QUESTIONS[i % 6][1], "another accepted answer"),
            instruction=PAYLOADS[i] if i < len(PAYLOADS) and i % 2 else f"{QUESTIONS[i % 6][0]}",
            input="river" if i % 6 == 1 else "",
            category=QUESTIONS[i % 6][2],
            finished=case.method != "base",
            new_tokens=12,
        )
        for form in ("raw", "template")
        for i, name in enumerate(ids)
    )


def measured(case: Case, examples: int) -> RunRecord:
    """A finished record, its numbers drawn from the tables above and the case's own id."""
    ids = [f"{case.dataset}-{i:03}" for i in range(examples)]
    return RunRecord(
        case,
        "ok",
        scores=scores_of(case, ids),
        form="raw" if case.method == "base" else "template",
        cost=cost_of(case),
        loss_curve=((1, 3.2), (10, 1.1)),
        environment=ENVIRONMENT,
        started_at="2026-01-01T00:00:00+00:00",
        seconds=31.0,
        outputs_file=f"outputs/{case.file_name}.jsonl",
    )


def cases_of(suite: str, dataset: str, model: str = "tiny-gpt2", metrics: tuple[str, ...] = METRICS) -> list[Case]:
    return [Case(suite, model, dataset, method, metrics=metrics) for method in ("base", "full", "lora", "qlora")]


def write_run(folder: Path, records: list[RunRecord], planned: Iterable[Case] = ()) -> Path:
    """A run folder as the runner leaves it; records named by `outputs_file` get their outputs written too."""
    cases = [record.case for record in records] + list(planned)
    plan = {
        "schema": 1,
        "command": "pytest -m bench --bench-out reports/sample",
        "started_at": "2026-01-01T00:00:00+00:00",
        "cases": [case.as_dict() for case in cases],
        "environment": ENVIRONMENT,
        "notes": [],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    for record in records:
        write_record(folder, record)
        ids = list(next((score.per_example for score in record.scores.values() if score.per_example), {}))
        if record.outputs_file:
            write_outputs(folder / record.outputs_file, outputs_of(record.case, record, ids))
    return folder


def hostile_records() -> list[RunRecord]:
    """One failed case per payload, which is its model's name and its error."""
    return [RunRecord(Case("hostile", payload, "everyday", "lora"), "error", reason=payload) for payload in PAYLOADS]


def sample_records(examples: int = 60) -> list[RunRecord]:
    """The two suites; in the second one method failed, one was skipped."""
    everyday = [measured(case, examples) for case in cases_of("base_vs_instruct", "everyday")]
    everyday[3] = everyday[3].with_(status="failed_claim", reason="instruction_following 0.86, expected >= 0.90")
    sentiment = [measured(case, examples) for case in cases_of("sentiment", "headlines", metrics=("label_f1",))]
    sentiment[2] = RunRecord(sentiment[2].case, "error", reason="ValueError: adapter has no target modules")
    sentiment[3] = RunRecord(sentiment[3].case, "skipped", reason="needs CUDA")
    return claimed(everyday) + claimed(sentiment)


def claimed(records: list[RunRecord]) -> list[RunRecord]:
    test = "suites/test_{0}.py::test_tuning"
    return [
        record.with_(claims=(claim(test.format(record.case.suite), record),)) if record.scores else record
        for record in records
    ]


def claim(nodeid: str, record: RunRecord) -> Claim:
    outcome = "failed" if record.status == "failed_claim" else "passed"
    return Claim(f"{nodeid}[{record.case.label}]", record.case.id, outcome, record.reason)
