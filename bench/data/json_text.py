"""JSON documents and JSON lines as records with their line numbers, read piece by piece.

A document is never in memory whole, so a file of 700 MiB can be read, and a broken giant costs neither time nor memory.
"""

import codecs
import json
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from bench.data.lines import MAX_LINE, MIB, Record, decoded_lines, not_text, refuse_nul
from bench.errors import UserError

PIECE = MIB
"""Bytes that are read at once."""
WRAPPERS = ("data", "dataset")
"""Keys under which a JSON object keeps its list of rows (SQuAD, the course's {metadata, dataset})."""
TOO_DEEP = "nested too deeply to be a record; expected an object of texts and short lists"
CUT_OFF = "is the file cut off?"
NOT_BLANK = re.compile(r"[^ \t\r\n]")


def distinct_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"key {twice!r} stands twice in one object")
    return found


DECODER = json.JSONDecoder(object_pairs_hook=distinct_keys)


def json_lines(path: Path) -> Iterator[Record]:
    """One record for each line that is not blank."""
    for number, line in enumerate(decoded_lines(path), start=1):
        if number == 1:
            refuse_cut_off(path)
        if not line.strip():
            continue
        try:
            yield Record(str(number), DECODER.decode(line))
        except RecursionError:
            raise UserError(f"{path}:{number}: {TOO_DEEP}") from None
        except ValueError as error:
            raise UserError(f"{path}:{number}: not JSON ({what(error)}); each line must be one object") from None


def what(error: ValueError) -> str:
    """The decoder's complaint without its line and column, which are those of a piece of the file."""
    text = error.msg if isinstance(error, json.JSONDecodeError) else str(error).partition(";")[0]
    return text.removesuffix(" starting at").removesuffix(" at")


def refuse_cut_off(path: Path) -> None:
    """Tell a giant that ends in the middle of a record at once, without reading what comes before."""
    size = path.stat().st_size
    if size <= MAX_LINE:
        return
    with path.open("rb") as file:
        start = file.read(4096).removeprefix(codecs.BOM_UTF8).lstrip()[:1]
        file.seek(size - 4096)
        end = file.read().rstrip()[-1:]
        if not end or (start, end) in ((b"[", b"]"), (b"{", b"}")):
            return
        file.seek(0)
        line = 1 + sum(piece.count(b"\n") for piece in iter(lambda: file.read(PIECE), b""))
    shown = end.decode("ascii", "backslashreplace")
    opening = start.decode("ascii", "backslashreplace")
    raise UserError(f"{path}:{line}: starts with {opening!r}, but ends with {shown!r}; {CUT_OFF}")


def json_document(path: Path) -> Iterator[Record]:
    """Elements of a list, of the list in a wrapper object, or the object itself as the only record."""
    refuse_cut_off(path)
    with path.open("rb") as file:
        cursor = Cursor(path, file)
        if cursor.peek() == "[":
            yield from cursor.elements()
        elif cursor.peek() == "{":
            yield from object_records(cursor, {})
        else:
            raise cursor.error(f"expected a JSON list of rows, found {cursor.shown()!r}")
        cursor.end()


def document_header(path: Path) -> dict[str, Any]:
    """What stands in a wrapper object beside its list of rows; empty when the document is a list."""
    beside: dict[str, Any] = {}
    with path.open("rb") as file:
        cursor = Cursor(path, file)
        if cursor.peek() == "{":
            deque(object_records(cursor, beside), maxlen=0)
    return beside


def object_records(cursor: "Cursor", beside: dict[str, Any]) -> Iterator[Record]:
    """The elements of the wrapped list, else the object itself; all but the list is put into `beside`."""
    wrapper, held, where = "", 0, cursor.here()
    for key in cursor.object_keys():
        if key in beside or key == wrapper:
            raise cursor.error(f"key {key!r} stands twice in one object")
        if key in WRAPPERS and cursor.peek() == "[":
            if wrapper:
                raise cursor.error(f"rows stand under {wrapper!r} already, and again under {key!r}; keep one list")
            wrapper = key
            yield from cursor.elements()
            continue
        start = cursor.place()
        beside[key] = cursor.value()
        held += cursor.place() - start
        if held > MAX_LINE:
            raise cursor.error(f"one object of more than {MAX_LINE // MIB} MiB; {EXPECTED}")
    if not wrapper:
        yield Record(where, beside)


EXPECTED = "expected a list of rows, or an object with such a list under 'data'"


class Cursor:
    """A place in a JSON file that knows its line; errors are named by it."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path, self.file = path, file
        self.decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self.text, self.at = "", 0
        """The piece of the file in memory, and the place in it."""
        self.passed = 0
        """Characters before the piece."""
        self.line, self.counted = 1, 0
        self.ended = False
        self.skip_blank()

    def more(self) -> bool:
        """Read on and let go of what was passed; False when there is no more."""
        if self.ended:
            return False
        self.here()
        rest = self.text[self.at :]
        raw = self.file.read(max(PIECE, len(rest)))
        self.ended = not raw
        line = self.line + rest.count("\n")
        refuse_nul(self.path, raw, line)
        self.passed += self.at
        self.text, self.at, self.counted = rest + self.decoded(raw, line), 0, 0
        return True

    def decoded(self, raw: bytes, line: int) -> str:
        try:
            return self.decoder.decode(raw, final=self.ended)
        except UnicodeDecodeError as error:
            line += error.object.count(b"\n", 0, error.start)
            raise UserError(f"{self.path}:{line}: {not_text(error)}") from None

    def skip_blank(self) -> None:
        blanks = 0
        while not (found := NOT_BLANK.search(self.text, self.at)):
            blanks += len(self.text) - self.at
            if blanks > MAX_LINE:
                raise self.error(f"more than {MAX_LINE // MIB} MiB of blanks; {CUT_OFF}")
            self.at = len(self.text)
            if not self.more():
                return
        self.at = found.start()

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def shown(self) -> str:
        return self.text[self.at : self.at + 20]

    def place(self) -> int:
        """Characters from the start of the file."""
        return self.passed + self.at

    def here(self) -> str:
        """The line, as a text."""
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return str(self.line)

    def error(self, problem: str, at: int | None = None) -> UserError:
        line = int(self.here()) + self.text.count("\n", self.at, self.at if at is None else at)
        return UserError(f"{self.path}:{line}: {problem}")

    def value(self) -> Any:
        """The value that starts here; the cursor moves behind it."""
        while True:
            try:
                value, end = DECODER.raw_decode(self.text, self.at)
            except RecursionError:
                raise self.error(TOO_DEEP) from None
            except json.JSONDecodeError as error:
                if not (self.is_cut(error) and self.more_of_record()):
                    raise self.error(f"not JSON ({what(error)}); {CUT_OFF}", error.pos) from None
            except ValueError as error:
                raise self.error(f"not JSON ({what(error)})") from None
            else:
                # A number may go on in the next piece: what ends with the piece is read again.
                if end < len(self.text) or not self.more():
                    self.at = end
                    self.skip_blank()
                    return value

    def is_cut(self, error: json.JSONDecodeError) -> bool:
        """Whether the complaint may be about the end of the piece and not of the file."""
        return error.msg.startswith("Unterminated string") or error.pos > len(self.text) - len("-Infinity\\uD800\\uD")

    def more_of_record(self) -> bool:
        if len(self.text) - self.at > MAX_LINE:
            raise self.error(f"this record is longer than {MAX_LINE // MIB} MiB; is a quote or a bracket missing?")
        return self.more()

    def take(self, expected: str) -> str:
        """One of these characters, skipped with the blanks after it."""
        found = self.peek()
        if not found or found not in expected:
            wanted = " or ".join(repr(character) for character in expected)
            seen = f"found {found!r}" if found else "the file ends"
            raise self.error(f"expected {wanted} here, but {seen}; {CUT_OFF}")
        self.at += 1
        self.skip_blank()
        return found

    def elements(self) -> Iterator[Record]:
        """The elements of the list that starts here, one by one."""
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        number, before = 0, ""
        while True:
            number, line = number + 1, self.here()
            yield Record(line if line != before else f"{line}: row {number}", self.value())
            before = line
            if self.take(",]") == "]":
                return

    def object_keys(self) -> Iterator[str]:
        """Each key of the object that starts here; whoever iterates moves the cursor over the value."""
        self.take("{")
        if self.peek() == "}":
            self.take("}")
            return
        while True:
            if self.peek() != '"':
                raise self.error(f"expected a key in quotes here, found {self.shown()!r}; {CUT_OFF}")
            key = self.value()
            self.take(":")
            yield key
            if self.take(",}") == "}":
                return

    def end(self) -> None:
        if self.at < len(self.text):
            advice = "; JSON lines need one object on each line and the suffix .jsonl" if self.peek() == "{" else ""
            raise self.error(f"expected the end of the file, found {self.shown()!r}{advice}")
