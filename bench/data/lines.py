"""Files as lines or as one text, decoded strictly: what is too long, binary or not UTF-8 is refused with its line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.errors import UserError

MIB = 1 << 20
MAX_LINE = 8 * MIB
"""Bytes of one line, and characters of one JSON record: far more than any model reads at once."""
BOM = b"\xef\xbb\xbf"


class Record(NamedTuple):
    """One element of a list, one line or one table row."""

    where: str
    """Line number, "1: row 12" for the second and later elements on one line, or "row 12" where there are no lines."""
    value: Any


def raw_lines(path: Path) -> Iterator[bytes]:
    """Lines with their ends, of at most MAX_LINE bytes each."""
    with path.open("rb") as file:
        for number in range(1, 1 << 62):
            line = file.readline(MAX_LINE + 1)
            if not line:
                return
            if len(line) > MAX_LINE:
                raise UserError(
                    f"{path}:{number}: this line is longer than {MAX_LINE // MIB} MiB; "
                    "one record should stand on one line; is a line break missing?"
                )
            refuse_nul(path, line, number)
            yield line.removeprefix(BOM) if number == 1 else line


def decoded_lines(path: Path, encoding: str = "utf-8") -> Iterator[str]:
    """Lines as text, with their ends; a byte-order mark is no part of the first one."""
    for number, line in enumerate(raw_lines(path), start=1):
        try:
            yield line.decode(encoding)
        except UnicodeDecodeError as error:
            raise UserError(f"{path}:{number}: {not_text(error)}") from None


def whole_text(path: Path) -> str:
    """The file as UTF-8 text, line ends as they are."""
    raw = path.read_bytes()
    refuse_nul(path, raw, 1)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UserError(f"{path}:{line}: {not_text(error)}") from None


def refuse_nul(path: Path, raw: bytes, line: int) -> None:
    """UserError when `raw`, which starts on `line`, holds a NUL byte."""
    if (at := raw.find(b"\0")) >= 0:
        line += raw.count(b"\n", 0, at)
        raise UserError(f"{path}:{line}: holds a NUL byte, so it is no UTF-8 text; the file is damaged or binary")


def not_text(error: UnicodeDecodeError) -> str:
    """What a line says that could not be decoded, with the bytes around the place."""
    start = error.object.rfind(b"\n", 0, error.start) + 1
    near = error.object[max(start, error.start - 20) : error.start + 20].strip()
    return (
        f"not UTF-8 (byte {error.start - start + 1} of the line) in {near.decode('ascii', 'backslashreplace')!r}; "
        "save the whole file as UTF-8"
    )
