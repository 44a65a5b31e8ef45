"""An exported folder as an assistant: every file must be the exported one, and the base model the tuned one's."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import catalog
from bench.errors import UserError
from bench.models import ModelSource, no_weights
from bench.models._exported import INFO, SETTINGS, check_files, check_how
from bench.prompts.rendering import probe_sha256
from bench.run import fingerprint as fingerprints
from bench.run.fingerprint import Fingerprint
from bench.serve.assistant import Assistant, made

TEXTS = ("name", "base_model", "fine_tuning_method", "description", "template", "format")
MAPPINGS = ("fingerprint", "files")
LARGEST = 4 << 20
"""Bytes of a model_info.json."""


def open_exported(folder: Path, device: str = "cpu") -> Assistant:
    """The model in the folder. Raises UserError, in one line, naming the first file or field that is not right."""
    info = read_info(folder)
    if not any(folder.glob("*.safetensors")):
        raise UserError(f"{folder}: {no_weights(folder)}")
    check_files(folder, info["files"])
    if is_adapter(info):
        check_how(folder, info)
    tokenizer = ModelSource(str(folder), folder).tokenizer()
    check_fingerprint(folder, info, tokenizer)
    model = opened(folder, info, device)
    return made(model, tokenizer, info)


def read_info(folder: Path) -> dict[str, Any]:
    """model_info.json, with the keys that opening needs."""
    path = folder / INFO
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("too large")
        info = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise UserError(f"{path} is not readable as JSON; export the model again") from None
    kinds: dict[str, type] = {**dict.fromkeys(TEXTS, str), **dict.fromkeys(MAPPINGS, dict), "max_new_tokens": int}
    for key, kind in kinds.items():
        if not isinstance(info, dict) or not isinstance(info.get(key), kind):
            raise UserError(f"{path}: {key!r} is missing or no {kind.__name__}; export the model again")
    if info["max_new_tokens"] < 1:
        raise UserError(f"{path}: 'max_new_tokens' is {info['max_new_tokens']}; export the model again")
    catalog.check("template", info["template"])
    return info


def check_fingerprint(folder: Path, info: Mapping[str, Any], tokenizer: Any) -> None:
    """Raises UserError naming template, tokenizer or weights where they are not those of the tuned model."""
    try:
        stored = Fingerprint(**{key: value for key, value in info["fingerprint"].items() if key != "id"})
    except TypeError:
        raise UserError(f"{folder / INFO}: 'fingerprint' is not whole; export the model again") from None
    if stored.id != info["fingerprint"].get("id"):
        raise UserError(f"{folder / INFO}: the fingerprint's id is not that of its fields; export the model again")
    now = replace(
        stored,
        template=probe_sha256(info["template"], tokenizer),
        tokenizer=fingerprints.tokenizer_sha256(tokenizer),
        weights=base_source(info).sha256() if is_adapter(info) else stored.weights,
    )
    fingerprints.check(stored, now, str(folder))


def is_adapter(info: Mapping[str, Any]) -> bool:
    return bool(info["format"] == "adapter")


def base_source(info: Mapping[str, Any]) -> ModelSource:
    family, argument = catalog.load("model", info["base_model"])
    source: ModelSource = family.open(argument)
    return source


def opened(folder: Path, info: Mapping[str, Any], device: str) -> Any:
    """The model, loaded as the benchmark loads it."""
    from bench.measure.environment import dtype_for
    from bench.training.opening import beside

    dtype = dtype_for(device)
    if not is_adapter(info):
        return ModelSource(str(folder), folder).load(dtype=dtype, device=device)
    return beside(base_source(info), info["fine_tuning_method"], folder, dtype=dtype, device=device)


def refuse_bare_adapter(folder: Path) -> None:
    """Raises UserError for an adapter that nothing is known of."""
    if (folder / SETTINGS).is_file():
        raise UserError(
            f"{folder} holds an adapter without {INFO}; export it with `tunebench export`, or merge it into its base"
        )
