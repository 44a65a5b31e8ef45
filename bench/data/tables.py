"""CSV, TSV and Parquet tables as records: one object for each row, under the names of the columns."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.data.lines import MAX_LINE, Record, decoded_lines
from bench.errors import UserError

DELIMITERS = ",;\t"


def comma_separated(path: Path) -> Iterator[Record]:
    """Rows by their header; cells may hold line breaks. Semicolons and tabs are told by the header line."""
    return table(path, comma_reader(path))


def tab_separated(path: Path) -> Iterator[Record]:
    """Rows by their header; quotes are characters like any other."""
    return table(path, tab_reader(path))


def comma_reader(path: Path) -> Any:
    header = next(decoded_lines(path), "")
    return csv.reader(decoded_lines(path), delimiter=max(DELIMITERS, key=header.count), strict=True)


def tab_reader(path: Path) -> Any:
    return csv.reader(decoded_lines(path), delimiter="\t", quoting=csv.QUOTE_NONE, strict=True)


CELL_READERS = {"csv": comma_reader, "tsv": tab_reader}


def column_names(path: Path, container: str) -> list[str]:
    """The cells of the first line of a "csv" or "tsv" file, whether it is a header or not."""
    _, header = next(numbered_rows(path, CELL_READERS[container](path)), (1, []))
    return [name.strip() for name in header]


def table(path: Path, reader: Any) -> Iterator[Record]:
    rows = numbered_rows(path, reader)
    header_line, header = next(rows, (1, []))
    names = [name.strip() for name in header]
    if twice := next((name for name, count in Counter(names).items() if count > 1), None):
        raise UserError(f"{path}:{header_line}: column {twice!r} stands twice in the header; rename one of them")
    for line, cells in rows:
        if len(cells) != len(names):
            raise UserError(
                f"{path}:{line}: {len(cells)} cells, but the header has {len(names)} columns; "
                "is a quote or a delimiter missing?"
            )
        yield Record(str(line), dict(zip(names, cells, strict=True)))


def numbered_rows(path: Path, reader: Any) -> Iterator[tuple[int, list[str]]]:
    """(line on which the row starts, cells); blank lines are no rows."""
    csv.field_size_limit(MAX_LINE)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UserError(f"{path}:{line}: not a table ({error}); is a quote missing?") from None
        if cells is None:
            return
        if cells:
            yield line, cells


def parquet(path: Path) -> Iterator[Record]:
    """Rows of all row groups, numbered from 1."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UserError(f"{path}: reading Parquet needs pyarrow; `pip install pyarrow`, or export JSON lines") from None
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            rows = (row for batch in file.iter_batches(batch_size=1024) for row in batch.to_pylist())
            for number, row in enumerate(rows, start=1):
                yield Record(f"row {number}", row)
    except (pyarrow.ArrowException, OSError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise UserError(f"{path}: not a whole Parquet file ({reason}); fetch or export it again") from None
