"""The trained model of a run's case: its record names the weights in the store, whose fingerprint is checked."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench import catalog
from bench.case import Case
from bench.errors import UserError, nearest
from bench.methods import configure
from bench.models import ModelSource
from bench.prompts.rendering import probe_sha256
from bench.record import RunRecord
from bench.report.run_folder import Run, read_run
from bench.run import fingerprint as fingerprints
from bench.run.fingerprint import Fingerprint
from bench.run.store import Store
from bench.serve.assistant import Assistant, made

SHOWN = 4
"""Cases named in a message."""


@dataclass(frozen=True)
class Trained:
    """A case's trained weights, checked against what they are used with."""

    run: Run
    record: RunRecord
    source: ModelSource
    """The base model."""
    tokenizer: Any
    method: Any
    """The module of bench/methods."""
    config: Any
    """Its settings."""
    folder: Path
    """The store's own; read only."""
    fingerprint: Fingerprint

    @property
    def case(self) -> Case:
        return self.record.case


def run_and_case(source: str, case: str) -> tuple[Path | None, str]:
    """The run folder and the case in `FOLDER`, or `FOLDER:CASE`; (None, "") where there is none.

    A case may hold colons itself (`lora:r=8`), so the first colon behind a run folder parts the two.
    """
    places = [len(source), *(at for at, letter in enumerate(source) if letter == ":")]
    for at in places:
        folder = Path(source[:at]).expanduser()
        if is_run(folder):
            return folder, source[at + 1 :] or case
        if folder.is_symlink() and not folder.exists():
            raise UserError(f"{folder} leads to a folder that is gone; run a suite again, or name another run folder")
    if case:
        raise UserError(f"{source} is no run folder (no plan.json in it); expected one such as reports/latest")
    return None, ""


def is_run(folder: Path) -> bool:
    return (folder / "plan.json").is_file() or (folder / "cases").is_dir()


def find_trained(folder: Path, name: str, store: Path) -> Trained:
    """The case's weights in `store`. Raises UserError when case or weights are not there, or not what was tuned."""
    run = read_run(folder)
    record = chosen(run, name)
    case = record.case
    step = Store(store).find("train", record.fingerprint.get("train_key", ""))
    if step is None:
        raise UserError(
            f"{case.id}: its trained weights are not in {store} (or not whole); run the suite again, or name the "
            "run's store with --store"
        )
    method, options = catalog.load("method", case.method)
    family, argument = catalog.load("model", case.model)
    source = family.open(argument)
    tokenizer = source.tokenizer()
    print_ = checked(record, source, tokenizer, step.folder)
    config = configure(method, options, case.method)
    return Trained(run, record, source, tokenizer, method, config, step.folder, print_)


def chosen(run: Run, name: str) -> RunRecord:
    """The record of the trained case called `name`, or of the only one."""
    trained = [record for record in run.records if is_trained(record)]
    found = [record for record in trained if name in ("", record.case.id, record.case.label, record.case.file_name)]
    if len({record.fingerprint["train_key"] for record in found}) == 1:
        return found[0]
    ids = [record.case.id for record in found or trained]
    if not trained:
        raise UserError(f"{run.folder}: no case of this run was trained; a base model is opened by its own name")
    if not found:
        refuse_untrained(run, name)
        raise UserError(f"{run.folder}: no trained case {name!r}.{nearest(name, ids)}")
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    raise UserError(f"{run.folder}: {len(ids)} cases are meant; name one of {', '.join(ids[:SHOWN])}{more}")


def is_trained(record: RunRecord) -> bool:
    done = record.status in ("ok", "failed_claim") and "train_key" in record.fingerprint
    return done and bool(catalog.load("method", record.case.method)[0].TRAINS)


def refuse_untrained(run: Run, name: str) -> None:
    """Raises UserError that says why the case called `name` has no trained model."""
    for record in run.records:
        if name in (record.case.id, record.case.label):
            why = f"it is {record.status}: {record.reason}" if record.reason else "its method trains nothing"
            raise UserError(f"{record.case.id} has no trained model ({why})")


def checked(record: RunRecord, source: ModelSource, tokenizer: Any, folder: Path) -> Fingerprint:
    """The stored fingerprint, if template, tokenizer and base weights are still what the model was tuned with."""
    stored = fingerprints.read(folder)
    now = replace(
        stored,
        template=probe_sha256(record.case.template, tokenizer),
        tokenizer=fingerprints.tokenizer_sha256(tokenizer),
        weights=source.sha256(),
    )
    fingerprints.check(stored, now, record.case.id)
    said = record.fingerprint.get("id", stored.id)
    if said != stored.id:
        raise UserError(
            f"{record.case.id}: the stored model is {stored.id[:8]}, the record's was {said[:8]}; run again"
        )
    return stored


def open_trained(trained: Trained, device: str = "cpu") -> Assistant:
    """The trained model, ready to answer what it answered in the run."""
    from bench.measure.environment import dtype_for
    from bench.serve.export_info import info_of
    from bench.training.artifacts import restore

    model = restore(
        trained.source, trained.method, trained.config, trained.folder, dtype=dtype_for(device), device=device
    )
    return made(model, trained.tokenizer, info_of(trained))
