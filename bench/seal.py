"""A record's seal: one hash over everything the record says and over the bytes of its outputs file.

It has no key. It finds a record that somebody edited by hand, or whose outputs were exchanged, and it lets two copies
of one record be recognised; whoever reads this file can make a new seal for whatever record he likes.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

KEY = "seal"
"""The record's key that holds it; no part of what is sealed."""
BLOCK = 1 << 20


def seal(record: Mapping[str, Any], folder: Path) -> str:
    """The seal of a record, as it was read from JSON, whose outputs lie in the run folder `folder`."""
    said = {key: value for key, value in record.items() if key != KEY}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return sha256(f"{text}\n{outputs_sha256(record, folder)}".encode()).hexdigest()


def outputs_sha256(record: Mapping[str, Any], folder: Path) -> str:
    """Hash of the outputs file; "" for a record without one, or whose file is not there, or outside the folder."""
    name = record.get("outputs_file")
    if not isinstance(name, str) or not name:
        return ""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        return ""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def sealed(record: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The record with its seal."""
    return {**record, KEY: seal(record, folder)}


def complaint(record: Mapping[str, Any], folder: Path) -> str:
    """Why a record read from JSON cannot be taken as it was written; "" when its seal fits."""
    if not record.get(KEY):
        return "has no seal: written by an older tunebench, or the seal was taken out"
    if record[KEY] != seal(record, folder):
        return "was changed after it was written, or its outputs were: the seal does not fit"
    return ""
