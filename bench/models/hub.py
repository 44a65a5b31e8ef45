"""`hub:ID`: a causal or encoder-decoder model of the Hugging Face Hub; no network unless asked for.

The plugin's `--bench-hub` sets BENCH_HUB=1. A model that is already in the local cache opens without it. Only
config, tokenizer and safetensors files are fetched, and no code of a model repository is ever run.
"""

import os
from pathlib import Path

from bench.errors import Unavailable, UserError
from bench.models import CONTENT, ModelSource, check_folder

IGNORED = ("*/*", "consolidated*")
"""Other formats of the same weights: ONNX folders, Mistral's consolidated file."""


def open(argument: str) -> ModelSource:
    """Fetches the files when they are not in the cache. Raises UserError when it may not, or cannot."""
    if not argument:
        raise UserError("hub: needs a model id, for example hub:openai-community/gpt2")
    name = f"hub:{argument}"
    folder = cached(argument) or fetched(argument, name)
    check_folder(folder, name)
    return ModelSource(name, folder, hub_id=argument, revision=folder.name)


def cached(hub_id: str) -> Path | None:
    """The newest snapshot in the local cache, when it holds weights; asks no network."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(hub_id, allow_patterns=list(CONTENT), local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return folder if whole(folder) else None


def whole(folder: Path) -> bool:
    """False for a snapshot of which only the config or the tokenizer was ever fetched."""
    return (folder / "config.json").is_file() and any(folder.glob("*.safetensors"))


def fetched(hub_id: str, name: str) -> Path:
    if os.environ.get("BENCH_HUB") != "1":
        raise Unavailable(f"{name} needs the network; add --bench-hub")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

    try:
        return Path(snapshot_download(hub_id, allow_patterns=list(CONTENT), ignore_patterns=list(IGNORED)))
    except (HfHubHTTPError, HFValidationError, OfflineModeIsEnabled, OSError) as error:
        why = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
        raise UserError(f"{name} could not be fetched from the Hub ({why})") from None
