"""Runs planned cases one after another: plan first; look in the store, else execute; then write one record."""

import contextlib
import json
import shutil
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import catalog
from bench.case import Case
from bench.data.dataset import Dataset, load_dataset
from bench.errors import Unavailable, UserError
from bench.record import (
    SCHEMA,
    Claim,
    RunRecord,
    dump_json,
    write_atomic,
    write_record,
)
from bench.run import device as devices
from bench.run.ahead import Ahead
from bench.run.assembly import cost_of, fingerprint_of, inside_steps, read_scores, step_keys, timing
from bench.run.executors import INTERRUPTED, Executor, Outcome
from bench.run.keys import Keys, keys_of
from bench.run.linting import linted
from bench.run.steps import OUTPUTS
from bench.run.store import STEPS, Step, Store
from bench.run.workbench import Job

Progress = Callable[[Case, Mapping[str, Any]], None]


@dataclass(frozen=True)
class Settings:
    """How a whole run behaves; what a single case does stands in the case."""

    out: Path
    """The run folder."""
    store: Path
    """Where finished steps are kept between runs."""
    device: str = "auto"
    """"auto", "cpu", "cuda", "rocm" or "mps"."""
    fresh: bool = False
    """Make every step again, even if the store holds it."""
    timeout: float = 3600.0
    """Seconds after which a case is ended."""
    jobs: int = 1
    """Cases that run at once."""


@dataclass
class Runner:
    """The order of things for a run; holds the records made so far."""

    settings: Settings
    executor: Executor
    on_progress: Progress = lambda case, message: None
    records: dict[Case, RunRecord] = field(default_factory=dict)
    _plan: dict[str, Any] = field(default_factory=dict)
    _datasets: dict[tuple[str, str | None], Dataset] = field(default_factory=dict)
    _sources: dict[str, tuple[Any, str]] = field(default_factory=dict)
    _refreshed: set[str] = field(default_factory=set)
    _ahead: Ahead | None = None
    _starting: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, cases: Sequence[Case], command: str, notes: Sequence[str] = ()) -> None:
        """Write `plan.json` before the first case, so that what never ran is visible.

        A run folder holds one run: what an earlier run left there goes. Its finished steps are in the store.
        """
        self._clear_earlier_run()
        self._plan = {
            "schema": SCHEMA,
            "command": command,
            "started_at": now(),
            "cases": [case.as_dict() for case in cases],
            "environment": {},
            "notes": list(notes),
        }
        self._write_plan()

    def _clear_earlier_run(self) -> None:
        """Remove the records that lie in the folder and what belongs to them, and no file of anybody else."""
        out = self.settings.out
        for path in [path for path in (out / "cases").glob("*.json") if is_record(path)]:
            for file in (path, out / "outputs" / f"{path.stem}.jsonl", out / "logs" / f"{path.stem}.log"):
                file.unlink(missing_ok=True)

    def hash_inputs(self, cases: Sequence[Case]) -> None:
        """Read and hash data, models and code once for the whole run; what is wrong is told by the case's own row."""
        for case in cases:
            with contextlib.suppress(UserError):
                self._keys(case, "cpu")
        self._plan["notes"] += [line for data in self._datasets.values() for line in data_notes(data)]
        self._write_plan()

    def _write_plan(self) -> None:
        write_atomic(self.settings.out / "plan.json", dump_json(self._plan) + "\n")

    def run(self, case: Case) -> RunRecord:
        """The case's record: from this session, from the store, or by running it now. Never raises for a bad case."""
        if case in self.records:
            return self.records[case]
        if case.as_dict() not in self._plan["cases"]:
            self._plan["cases"].append(case.as_dict())
            self._write_plan()
        return self._ahead.record(case, self.on_progress) if self._ahead else self._run(case, self.on_progress)

    def run_ahead(self, cases: Sequence[Case], alone: Collection[str] = ()) -> None:
        """From now on run these cases in the background, `settings.jobs` at a time; those of suites in `alone` singly.

        Raises UserError on a GPU, where cases would take each other's memory.
        """
        if self.settings.jobs == 1:
            return
        if (device := devices.choose(self.settings.device)) != "cpu":
            raise UserError(f"--bench-jobs {self.settings.jobs} is for the CPU; on {device} cases run one at a time")
        note = f"{self.settings.jobs} cases ran at once: seconds and tokens per second are those of a shared machine"
        self._plan["notes"].append(f"{note}{', but for ' if alone else ''}{', '.join(sorted(alone))}.")
        self._write_plan()
        self._ahead = Ahead(self.settings.jobs, cases, self._run, self._claims, lambda case: case.suite in alone)
        self._ahead.start()

    def _claims(self, case: Case) -> tuple[str, ...]:
        """The content keys that a case writes; none where something is wrong with it, which its row will tell."""
        try:
            keys = self._keys(case, self._device())
        except (UserError, Unavailable):
            return ()
        return tuple(step_keys(keys).values())

    def _device(self) -> str:
        return devices.choose(self.settings.device)

    def _run(self, case: Case, on_progress: Progress) -> RunRecord:
        started_at, started, before = now(), time.perf_counter(), self.executor.start_seconds
        try:
            record = self._made(case, on_progress)
        except Unavailable as error:
            record = RunRecord(case, "skipped", str(error))
        except UserError as error:
            record = RunRecord(case, "error", str(error))
        seconds = time.perf_counter() - started - (self.executor.start_seconds - before)
        return self._keep(record.with_(started_at=started_at, **timing(record, seconds)))

    def stop(self) -> None:
        """End what runs ahead, before the report is written: a child that goes on would keep pytest from ending."""
        if self._ahead:
            self._ahead.stop()
            self.executor.stop()
            self._ahead.join()

    def interrupt(self) -> None:
        """The run is about to end early: the cases under way, or else the next one, say so in their rows."""
        self.stop()
        if any(record.status == INTERRUPTED.status for record in list(self.records.values())):
            return
        planned = map(Case.from_dict, self._plan["cases"])
        if waiting := next((case for case in planned if case not in self.records), None):
            self._keep(RunRecord(waiting, INTERRUPTED.status, INTERRUPTED.reason))

    def skip(self, case: Case, reason: str) -> RunRecord:
        """A planned case that does not fit this run or machine; it keeps its row."""
        return self._keep(RunRecord(case, "skipped", reason, started_at=now()))

    def claim(self, case: Case, claim: Claim) -> None:
        """Add a claim to the case's record; a failed one turns an "ok" into "failed_claim" and leaves the numbers."""
        record = self.records[case]
        failed = claim.outcome == "failed" and record.status == "ok"
        status, reason = ("failed_claim", claim.message) if failed else (record.status, record.reason)
        self._keep(record.with_(claims=(*record.claims, claim), status=status, reason=reason))

    def _keep(self, record: RunRecord) -> RunRecord:
        self.records[record.case] = record
        write_record(self.settings.out, record)
        return record

    def _made(self, case: Case, on_progress: Progress) -> RunRecord:
        device = self._device()
        keys = self._keys(case, device)
        store = Store(self.settings.store)
        self._forget(store, keys)
        reused = tuple(step for step in STEPS if store.find(step, getattr(keys, step)))
        outcome = Outcome("ok")
        if not {"generate", "score"} <= set(reused):
            weights = self.source(case.model)[1]
            job = Job(case.as_dict(), device, str(self.settings.store.resolve()), step_keys(keys), weights)
            log = self.settings.out / "logs" / f"{case.file_name}.log"
            self.start(case, on_progress)
            outcome = self.executor.run(job, log, self.settings.timeout, lambda m: on_progress(case, m))
        return self._assembled(case, outcome, keys, store, reused)

    def _keys(self, case: Case, device: str) -> Keys:
        """The case's content keys. Raises Unavailable where its method cannot train its model; needs no torch."""
        source, weights = self.source(case.model)
        if source.unmerged is None:
            return keys_of(case, weights, self.dataset(case), device)
        if catalog.load("method", case.method)[0].TRAINS:
            source.refuse_training()
        return keys_of(case, weights, self.dataset(case), device, source.unmerged.method)

    def start(self, case: Case, on_progress: Progress) -> None:
        """Start the executor before its first case; what that took is noted in the plan, not in the case."""
        with self._starting:
            if "startup_seconds" in self._plan:
                return
            on_progress(case, {"phase": "loading torch, transformers and peft, once"})
            self.executor.start()
            self._plan["startup_seconds"] = self.executor.start_seconds
            self._write_plan()

    def _forget(self, store: Store, keys: Keys) -> None:
        """With --bench-fresh every step is made once more in this session, and once only."""
        if not self.settings.fresh:
            return
        if not self._refreshed:
            store.forget()
        for step, key in step_keys(keys).items():
            if key not in self._refreshed:
                store.remove(step, key)
                self._refreshed.add(key)

    def _assembled(self, case: Case, outcome: Outcome, keys: Keys, store: Store, reused: Sequence[str]) -> RunRecord:
        """The record from whatever steps are finished, so that a case that died late keeps what it had."""
        steps = {name: store.find(name, key) for name, key in step_keys(keys).items()}
        info = {name: step.info for name, step in steps.items() if step}
        generated, scored = steps["generate"], steps["score"]
        merged = {**info.get("generate", {}), **info.get("train", {})}
        resolved = {
            **info.get("train", {}).get("resolved", {}),
            **info.get("generate", {}).get("resolved", {}),
        }
        record = RunRecord(
            case,
            outcome.status,
            outcome.reason,
            scores=read_scores(scored) if scored else {},
            form=resolved.get("form", "template"),
            cost=cost_of(info),
            loss_curve=tuple((step, loss) for step, loss in merged.get("loss_curve", ())),
            resolved={
                **resolved,
                **{k: merged[k] for k in ("device", "dtype", "threads") if k in merged},
                "lint": linted(case, self.dataset(case), merged.get("total_params")),
            },
            fingerprint=fingerprint_of(keys, info),
            environment=merged.get("environment", {}),
            reused=tuple(reused),
        )
        made = {name: float(seconds) for name, seconds in outcome.seconds.items()}
        record = record.with_(harness_seconds=inside_steps(info, made))
        return replace(record, outputs_file=self._copy_outputs(case, generated)) if generated else record

    def _copy_outputs(self, case: Case, generated: Step) -> str:
        target = self.settings.out / "outputs" / f"{case.file_name}.jsonl"
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(".part")
        shutil.copyfile(generated.folder / OUTPUTS, part)
        part.replace(target)
        return target.relative_to(self.settings.out).as_posix()

    def dataset(self, case: Case) -> Dataset:
        names = case.dataset, case.train.dataset
        if names not in self._datasets:
            self._datasets[names] = load_dataset(*names)
        return self._datasets[names]

    def source(self, name: str) -> tuple[Any, str]:
        """The opened model source and the hash of its bytes."""
        if name not in self._sources:
            family, argument = catalog.load("model", name)
            opened = family.open(argument)
            self._sources[name] = (opened, opened.sha256())
        return self._sources[name]


def is_record(path: Path) -> bool:
    """True of a record of any version of ours; a damaged file is not ours to remove."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(data, dict) and {"schema", "case", "status"} <= data.keys()


def data_notes(data: Dataset) -> list[str]:
    """What a reader of the report has to know of a dataset: how it was mixed, and what of its file is not in it."""
    notes = [f"{data.name}: {line}" for line in data.notes]
    if data.dropped:
        first = data.dropped[0]
        notes.append(
            f"{data.name}: {len(data.dropped)} records or parts of them were dropped, the first at {first.where}: "
            f"{first.reason} (`tunebench data show` lists them all)"
        )
    return notes


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
