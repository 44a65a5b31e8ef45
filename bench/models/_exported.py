"""An adapter that `tunebench export` wrote, as a model of its own: the base that model_info.json names, and both added.

Merged, because a method that trains on top of it, a quantised load and a count of parameters then meet a plain model.
What cannot be merged into plain weights stays beside its base and is asked there (bench/training/opening.py):
QLoRA's adapter, which was trained to mend four-bit weights, and learned tokens.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import catalog
from bench.errors import UserError

if TYPE_CHECKING:
    from bench.models import ModelSource

INFO = "model_info.json"
"""What tells an exported folder from other folders."""
SETTINGS = "adapter_config.json"
"""What peft writes beside an adapter."""
KEYS = {"base_model": str, "fine_tuning_method": str, "files": dict, "fingerprint": dict}
"""Of model_info.json, with their kinds."""
HOW = "adapter_sha256"
"""Key of model_info.json: what `how_sha256` said when the adapter was exported."""
PLACES = ("base_model_name_or_path", "revision")
"""Of peft's settings: where the base is, which may change."""
TOKENS = ("PREFIX_TUNING", "PROMPT_TUNING", "P_TUNING")
"""peft's names of methods that learn tokens."""


@dataclass(frozen=True)
class Adapter:
    """An exported adapter and the model that it stands beside."""

    folder: Path
    base: "ModelSource"
    files: Mapping[str, str]
    """SHA-256 of each exported file."""
    weights: str
    """Content key of the base that it was trained beside."""
    method: str
    """That trained it, options behind it: `qlora:quantisation=fp4`."""
    kind: str
    """peft's name of it."""

    @property
    def stays(self) -> str:
        """Why it stays beside its base, and what else can be trained; "" for one that is added to the weights."""
        name = self.method.partition(":")[0]
        if name == "qlora":
            return "qlora's adapter stands beside four-bit weights; export it with --merge"
        if self.kind in TOKENS:
            instead = f"train {self.base.name} itself, or the export of a method that can be merged, such as lora"
            return f"{name}'s learned tokens are no change of a weight; {instead}"
        return ""

    def sha256(self) -> str:
        """Content key of both together, and of how the base is loaded where they stay two."""
        settings = file_sha256(self.folder / SETTINGS)
        parts = [self.base.sha256(), str(dict(self.files)), settings, *([self.method] if self.stays else [])]
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()

    def check(self, name: str) -> None:
        """Raises UserError, in one line, unless the files are the exported ones and the base is the tuned one's."""
        check_files(self.folder, self.files)
        if (now := self.base.sha256()) != self.weights:
            raise UserError(
                f"{name}: {self.base.name} is not the model that this adapter was trained beside (weights stored "
                f"{self.weights[:8]}, now {now[:8]}); bring that one back, or export again with --merge"
            )


def adapter_in(folder: Path, name: str) -> Adapter:
    """Raises UserError for an adapter that nothing is known of."""
    info = known(folder, name)
    kind = check_how(folder, info)
    family, argument = catalog.load("model", info["base_model"])
    base, weights = family.open(argument), info["fingerprint"].get("weights", "")
    return Adapter(folder, base, info["files"], weights, info["fine_tuning_method"], kind)


def known(folder: Path, name: str) -> dict[str, Any]:
    """model_info.json, with the keys that are needed here."""
    path = folder / INFO
    if not path.is_file():
        raise UserError(f"{name} holds an adapter without {INFO}; export it with `tunebench export`, or merge it")
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        info = None
    for key, kind in KEYS.items():
        if not isinstance(info, dict) or not isinstance(info.get(key), kind):
            raise UserError(f"{name}: {path} holds no {key!r}; export the model again")
    found: dict[str, Any] = info
    return found


def check_how(folder: Path, info: Mapping[str, Any]) -> str:
    """peft's name of the adapter's kind. Raises UserError where its method or settings are not the exported ones.

    QLoRA's adapter fits plain weights as well as LoRA's does: nothing but the method's name tells them apart.
    An export without the hash (older ones) names the method once more, in its case.
    """
    settings, method = settings_in(folder), str(info["fine_tuning_method"])
    how = info.get(HOW)
    if how is None and f"-{method}-" not in str(info.get("case")):
        raise UserError(f"{folder / INFO}: {method!r} is not the method of {info.get('case')}; export the model again")
    if how not in (None, how_sha256(method, settings)):
        raise UserError(
            f"{folder}: the method in {INFO} ({method!r}) or the settings in {SETTINGS} are not those of the export; "
            "export the model again"
        )
    return str(settings["peft_type"])


def how_sha256(method: str, settings: Mapping[str, Any]) -> str:
    """Hash of what decides how an adapter is put beside its base, wherever that lies: method and peft's settings."""
    kept = {key: value for key, value in settings.items() if key not in PLACES}
    return hashlib.sha256(json.dumps([method, kept], sort_keys=True).encode()).hexdigest()


def settings_in(folder: Path) -> dict[str, Any]:
    """peft's settings of the adapter, its kind (`peft_type`) among them."""
    try:
        settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        settings = None
    if not isinstance(settings, dict) or "peft_type" not in settings:
        raise UserError(f"{folder / SETTINGS} is not readable; export the model again")
    return settings


def check_files(folder: Path, expected: Mapping[str, Any]) -> None:
    """Raises UserError for a file that is missing or changed: one flipped bit makes another model."""
    for name, digest in expected.items():
        if Path(name).name != name or not (folder / name).is_file():
            raise UserError(f"{folder}: {name} is missing; export the model again")
        if file_sha256(folder / name) != digest:
            raise UserError(f"{folder}: {name} is not the file that was exported; export the model again")
    if unknown := sorted({path.name for path in folder.glob("*.safetensors")} - expected.keys()):
        raise UserError(f"{folder}: {unknown[0]} was not exported with this model; remove it")


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def added(model: Any, folder: Path) -> Any:
    """The base model in float32 with the folder's adapter in its weights."""
    from peft import PeftModel

    return PeftModel.from_pretrained(model, str(folder)).merge_and_unload()
