"""`tunebench export`: a trained model as a folder that others can load, and that says what it is.

The folder is written beside its place and renamed into it when it is whole, so nothing half-written is ever there.
"""

import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.errors import UserError
from bench.models import CONTENT
from bench.models._exported import HOW, how_sha256, settings_in
from bench.prompts.rendering import probe_sha256
from bench.record import dump_json, write_atomic
from bench.run import fingerprint as fingerprints
from bench.run.store import file_sha256
from bench.serve.assistant import INFO, STORE
from bench.serve.assistant_trained import Trained, find_trained, run_and_case
from bench.serve.export_chat import chat_template
from bench.serve.export_info import info_of
from bench.serve.export_weights import ADAPTER_FORMAT, write_weights
from bench.serve.model_card import card_of

HASHED = CONTENT
"""Files that decide what the model says. An adapter's settings are hashed apart, without the base model's place, which
may change."""


def export_case(
    source: str, case: str, out: Path, *, merge: bool = False, force: bool = False, store: Path = STORE
) -> Path:
    """Exports the trained model of a run's case to the folder `out` and returns it.

    `merge` adds an adapter to its base model's weights, so that the folder stands alone. Raises UserError when there
    is something at `out` (unless it is an export and `force`), or no such model.
    """
    folder, name = run_and_case(source, case)
    if folder is None:
        raise UserError(f"{source} is no run folder; expected one such as reports/latest")
    target = out.expanduser().absolute()
    refuse_existing(target, force)
    trained = find_trained(folder, name, store)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        fill(trained, temporary, merge)
        commit(temporary, target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return target


def refuse_existing(target: Path, force: bool) -> None:
    """An export may be replaced; what is anything else is never removed."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not (target / INFO).is_file():
        raise UserError(f"{target} is there and no exported model; choose another folder for --out")
    if not force:
        raise UserError(f"{target} is there; choose another folder for --out, or replace it with --force")


def fill(trained: Trained, folder: Path, merge: bool) -> None:
    """All files of an export; model_info.json is the last."""
    kind = write_weights(trained, folder, merge)
    tokenizer = write_tokenizer(trained, folder)
    info = info_of(trained) | {
        "format": kind,
        "run_fingerprint": trained.fingerprint.id,
        "fingerprint": exported_fingerprint(trained, tokenizer),
    }
    write_atomic(folder / "README.md", card_of(trained, info, seq2seq=seq2seq(trained)))
    info["files"] = hashes(folder)
    if kind == ADAPTER_FORMAT:
        info[HOW] = how_sha256(trained.case.method, settings_in(folder))
    write_atomic(folder / INFO, dump_json(info) + "\n")


def write_tokenizer(trained: Trained, folder: Path) -> Any:
    """Writes the tokenizer with a chat template that writes our prompt, where there is one; returns it as read back."""
    from bench.models import ModelSource

    tokenizer = trained.source.tokenizer()
    if not seq2seq(trained):
        tokenizer.chat_template = chat_template(trained.case.template, tokenizer)
    tokenizer.save_pretrained(folder)
    return ModelSource(trained.case.label, folder).tokenizer()


def seq2seq(trained: Trained) -> bool:
    """An encoder-decoder model is not asked through a chat template."""
    from bench.models import read_config

    source = trained.source
    config = read_config(source.folder, source.name) if source.folder else dict(source.architecture)
    return bool(config.get("is_encoder_decoder"))


def exported_fingerprint(trained: Trained, tokenizer: Any) -> dict[str, str]:
    """The training's, with the tokenizer as it lies in the folder."""
    return replace(
        trained.fingerprint,
        template=probe_sha256(trained.case.template, tokenizer),
        tokenizer=fingerprints.tokenizer_sha256(tokenizer),
    ).as_dict()


def hashes(folder: Path) -> dict[str, str]:
    """File name -> SHA-256."""
    paths = {path for pattern in HASHED for path in folder.glob(pattern) if path.is_file()}
    return {path.name: file_sha256(path) for path in sorted(paths)}


def commit(temporary: Path, target: Path) -> None:
    """Puts the finished folder into its place; an earlier export goes once the new one is there."""
    temporary.chmod(0o755)
    for path in temporary.iterdir():
        path.chmod(0o644)
    old = Path(f"{temporary}.old")
    if target.exists():
        target.rename(old)
    try:
        os.rename(temporary, target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
