"""What a case leaves behind: outputs, scores, costs and claims, as plain data with a JSON form."""

import json
import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from bench import seal
from bench.case import Case
from bench.errors import UserError

SCHEMA = 1

STATUSES = (
    "ok",
    "failed_claim",
    "error",
    "out_of_memory",
    "killed",
    "timeout",
    "nan_loss",
    "skipped",
    "interrupted",
    "planned",
)


@dataclass(frozen=True)
class Output:
    """What a model said to one test example, with all that metrics need to judge it."""

    example_id: str
    """Id of the test example."""
    form: str
    """How the model was asked: "template" (the training template) or "raw" (the bare instruction)."""
    prompt: str
    """The exact string the model continued."""
    text: str
    """The continuation, decoded without special tokens, not stripped or cut."""
    references: tuple[str, ...]
    """Accepted answers, the dataset's first."""
    instruction: str
    """The example's instruction alone."""
    input: str = ""
    """The example's input, or ""."""
    category: str = ""
    """The dataset's category, or ""."""
    label: str | None = None
    """The gold class of a classification example."""
    expect: str = "answer"
    """"answer" or "refuse"."""
    checks: tuple[Mapping[str, Any], ...] = ()
    """Verifiable constraints, see bench/checks.py."""
    answer: str | None = None
    """The final answer that the template parsed out of `text` (chain of thought); None where it is all of it."""
    prompt_tokens: int = 0
    """Tokens of the prompt, padding not counted."""
    new_tokens: int = 0
    """Tokens generated, the end token included, padding not counted."""
    finished: bool = False
    """True when the model stopped by itself (end token) before the limit."""
    group: str = ""
    """Outputs of one group are samples or paraphrases of the same question; "" where the example id says it."""
    source: str = ""
    """Text that the answer must keep to: the passage it was made from; "" where the input is that text."""
    reference_logprob: float | None = None
    """Mean log-probability (nats) of a token of the first reference after this prompt; None when not measured."""
    distractor_logprob: float | None = None
    """The same of another question in place of the answer, as a base model that mimics would go on."""
    refusal_logit: float | None = None
    """log P(R) - log(1 - P(R)), R being the first tokens of refusals, at the first position of the answer."""
    nll: float | None = None
    """Negative log-likelihood (nats, summed) of a held-out text (form "held_out"), whose tokens `nll_tokens` counts."""
    nll_before: float | None = None
    """The same of the base model before training."""
    nll_tokens: int = 0
    """Tokens that were predicted for `nll`."""


@dataclass(frozen=True)
class Score:
    """One number with its denominator, interval, floor and the exact way it was made."""

    value: float | None
    """None when nothing could be scored; `why` then says why."""
    n: int
    """Outputs that were scored."""
    unscored: int = 0
    """Outputs that could not be scored."""
    why: str = ""
    """Why some or all were not scored."""
    per_example: Mapping[str, float] = field(default_factory=dict)
    """Example id -> value, for paired comparison."""
    low: float | None = None
    """Lower end of the 95 % interval."""
    high: float | None = None
    """Upper end of the 95 % interval."""
    floor: float | None = None
    """The best null model's score on the same items, e.g. always the majority class."""
    signature: str = ""
    """How it was computed, e.g. "rougeL stemmer:yes rouge-score 0.1.2"."""
    parts: Mapping[str, float | None] = field(default_factory=dict)
    """Named shares that explain the value, e.g. answered / format / content."""
    details: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Example id -> what else is known of it: a classifier's `label`, the verdict on each instruction."""
    floors: Mapping[str, float] = field(default_factory=dict)
    """Null model -> its score on the same items (echo, constant, majority, ...)."""
    error: Mapping[str, float | None] = field(default_factory=dict)
    """The classifier's precision, recall, specificity and n on the hand-labelled outputs of fixtures/golden."""
    corrected: float | None = None
    """The rate corrected for that error (Rogan and Gladen 1978), clipped to 0..1."""


@dataclass(frozen=True)
class Phase:
    """Cost of one phase: load, train or generate."""

    seconds: float
    """Wall time, device synchronised at both ends."""
    useful_tokens: int | None = None
    """Tokens processed without padding (train: all epochs; generate: new tokens)."""
    padded_tokens: int | None = None
    """Tokens including padding."""
    tokens_per_second: float | None = None
    """Useful tokens per second."""
    peak_memory_bytes: int | None = None
    """Peak during this phase alone."""
    reserved_memory_bytes: int | None = None
    """Peak reserved by the CUDA caching allocator."""
    loss_tokens: int | None = None
    """Tokens that bore loss (train)."""


@dataclass(frozen=True)
class Cost:
    """What the case cost, per phase, and how large the model is."""

    load: Phase | None = None
    train: Phase | None = None
    generate: Phase | None = None
    memory_kind: str = ""
    """What the peak counts: "process RSS" (CPU) or "CUDA allocated"."""
    baseline_memory_bytes: int | None = None
    """Memory of the child before the model was loaded (libraries), in the same kind."""
    trainable_params: int | None = None
    total_params: int | None = None
    adapter_bytes: int | None = None
    """Bytes of what training produced on disk: adapter, or all weights for full tuning."""


@dataclass(frozen=True)
class Claim:
    """One assertion of a suite about a case."""

    nodeid: str
    case_id: str
    outcome: str
    """"passed", "failed" or "skipped"."""
    message: str = ""
    """The assertion's first line when it failed."""


@dataclass(frozen=True)
class RunRecord:
    """The truth about one case; every table and page is rebuilt from these."""

    case: Case
    status: str
    reason: str = ""
    """Why the status is not "ok"."""
    scores: Mapping[str, Score] = field(default_factory=dict)
    """Column name -> score, read in the case's own prompt form; `NAME@raw` / `NAME@template` in the other."""
    form: str = "template"
    """The case's own prompt form."""
    cost: Cost = field(default_factory=Cost)
    loss_curve: tuple[tuple[int, float], ...] = ()
    """(step, training loss) pairs."""
    resolved: Mapping[str, Any] = field(default_factory=dict)
    """Every setting as it was really used."""
    fingerprint: Mapping[str, str] = field(default_factory=dict)
    """Content hashes: model, dataset, template, train, generate, code."""
    environment: Mapping[str, Any] = field(default_factory=dict)
    """Hardware, versions, threads (an allow-list; no environment variables with secrets)."""
    claims: tuple[Claim, ...] = ()
    started_at: str = ""
    """UTC, ISO 8601."""
    seconds: float | None = None
    """Wall time of the whole case as the runner saw it."""
    harness_seconds: float | None = None
    """Of that, time outside load, train, generate and score."""
    reused: tuple[str, ...] = ()
    """Steps taken from the store: "train", "generate", "score"."""
    outputs_file: str = ""
    """Path of the outputs beside the record, relative to the run folder."""
    schema: int = SCHEMA

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise UserError(f"{self.case.id}: status {self.status!r} is not one of {', '.join(STATUSES)}")

    def __getitem__(self, name: str) -> float | None:
        """The value of a score, `record["stop_rate"]`; None when there is no such number."""
        score = self.scores.get(name)
        return None if score is None else score.value

    def with_(self, **changes: Any) -> "RunRecord":
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "RunRecord":
        """Raises UserError naming the key when one is missing, unknown, or of another schema."""
        if data.get("schema") != SCHEMA:
            raise UserError(f"record schema {data.get('schema')!r} found, {SCHEMA} expected; run the suites again")
        known = {f.name for f in fields(cls)}
        values = {key: value for key, value in data.items() if key != seal.KEY}
        if odd := sorted(set(values) ^ known):
            raise UserError(f"record has missing or unknown keys: {', '.join(odd)}")
        values["case"] = Case.from_dict(values["case"])
        values["scores"] = {name: Score(**score) for name, score in values["scores"].items()}
        values["cost"] = cost_from_dict(values["cost"])
        values["claims"] = tuple(Claim(**claim) for claim in values["claims"])
        values["loss_curve"] = tuple((int(step), float(loss)) for step, loss in values["loss_curve"])
        values["reused"] = tuple(values["reused"])
        return cls(**values)


def cost_from_dict(data: Mapping[str, Any]) -> Cost:
    phases = {name: Phase(**data[name]) if data[name] else None for name in ("load", "train", "generate")}
    return Cost(**{**data, **phases})


def output_from_dict(data: Mapping[str, Any]) -> Output:
    values = dict(data)
    values["references"] = tuple(values["references"])
    values["checks"] = tuple(values["checks"])
    return Output(**values)


def dump_json(data: Any) -> str:
    """Strict JSON: NaN and Infinity become null before they reach the file, keys keep their order."""
    return json.dumps(finite(data), ensure_ascii=False, allow_nan=False, indent=1)


def finite(data: Any) -> Any:
    if isinstance(data, float) and not math.isfinite(data):
        return None
    if isinstance(data, Mapping):
        return {key: finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [finite(value) for value in data]
    return data


def write_atomic(path: Path, text: str) -> None:
    """Write beside, fsync, rename: a reader sees the old file or the new one, never half of either."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_record(folder: Path, record: RunRecord) -> Path:
    """Writes the record with its seal; its outputs lie in the folder by now, for the seal holds them, too."""
    path = folder / "cases" / f"{record.case.file_name}.json"
    plain = json.loads(dump_json(record.as_dict()))
    write_atomic(path, dump_json(seal.sealed(plain, folder)) + "\n")
    return path


def read_record(path: Path) -> RunRecord:
    """Raises UserError naming the file when it is not a whole record."""
    try:
        return RunRecord.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (json.JSONDecodeError, KeyError, TypeError, UserError) as error:
        raise UserError(f"{path}: not a whole run record ({error}); delete it and run again") from None


def write_outputs(path: Path, outputs: tuple[Output, ...]) -> None:
    lines = [json.dumps(finite(asdict(output)), ensure_ascii=False, allow_nan=False) for output in outputs]
    write_atomic(path, "".join(line + "\n" for line in lines))


def read_outputs(path: Path) -> tuple[Output, ...]:
    with path.open(encoding="utf-8") as file:
        return tuple(output_from_dict(json.loads(line)) for line in file)
