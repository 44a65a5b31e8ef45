"""Lengths in tokens, counted with the `tokenizers` library alone: no model is opened and no torch imported for it."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from bench import catalog
from bench.errors import UserError, nearest

Count = Callable[[Sequence[str]], list[int]]
"""Texts to their lengths in tokens, without the special tokens that a tokenizer puts around a text."""

DEFAULT = "tiny-gpt2"
BATCH = 1000
"""Texts that are encoded at once: all cores are busy, and the ids of a large file never lie in memory together."""


def token_counter(name: str = DEFAULT) -> Count:
    """Counts with the tokenizer of a model. Raises UserError where there is none; for names see `tokenizer_files`."""
    tokenizer = load(tokenizer_files(name))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def count(texts: Sequence[str]) -> list[int]:
        return [
            len(encoded)
            for batch in batches(texts)
            for encoded in tokenizer.encode_batch_fast(batch, add_special_tokens=False)
        ]

    return count


def batches(texts: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(texts)
    while batch := list(islice(rest, BATCH)):
        yield batch


def tokenizer_files(name: str) -> Path:
    """The tokenizer.json, or the folder with vocab.json and merges.txt, of a fixture, `local:FOLDER` or a path."""
    fixture = name.removeprefix("fixture:")
    if fixture in catalog.fixture_models():
        return files_in(catalog.FIXTURES / "models" / fixture)
    path = Path(name.removeprefix("local:")).expanduser()
    if path.is_file():
        return path
    if path.is_dir():
        return files_in(path)
    if ":" in name or "/" in name:
        raise UserError(
            f"no tokenizer {name!r}: expected a model of ours ({', '.join(catalog.fixture_models())}), "
            "local:FOLDER, or the path of a tokenizer.json"
        )
    raise UserError(f"unknown tokenizer {name!r}.{nearest(name, catalog.fixture_models())}")


def files_in(folder: Path) -> Path:
    if (folder / "tokenizer.json").is_file():
        return folder / "tokenizer.json"
    if (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file():
        return folder
    raise UserError(
        f"{folder} has no tokenizer.json; save the model's fast tokenizer there (save_pretrained writes it)"
    )


def load(path: Path) -> Any:
    from tokenizers import Tokenizer

    try:
        return byte_level(path) if path.is_dir() else Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises no type of its own
        reason = str(error).partition("\n")[0]
        raise UserError(f"{path}: not a tokenizer ({reason}); fetch it again") from None


def byte_level(folder: Path) -> Any:
    """GPT-2's two files, as transformers reads them."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    files = (str(folder / "vocab.json"), str(folder / "merges.txt"))
    tokenizer = Tokenizer(models.BPE.from_file(*files))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer
