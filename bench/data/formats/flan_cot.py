r"""FLAN's chain-of-thought tables: question, answer and explanation between tabs, without a header.

A line break inside a cell is written as the two characters `\n`, and quotes are plain characters.
https://github.com/google-research/FLAN/tree/main/flan/v2/cot_data
"""

from collections.abc import Iterator

from bench.data.example import Dropped, Example
from bench.data.source import Source

CELLS = 3
COLUMN_NAMES = {"id", "instruction", "input", "output", "question", "answer", "sentence", "label", "text", "response"}
"""A first line with one of these is the header of some other table."""


def matches(source: Source) -> bool:
    if source.container != "tsv":
        return False
    first = next(source.lines()).value.split("\t")
    return len(first) == CELLS and not COLUMN_NAMES & {cell.strip().lower() for cell in first}


def read(source: Source) -> Iterator[Example | Dropped]:
    """Each line as an example with its reasoning; UserError for a line with another number of cells."""
    for number, (where, line) in enumerate(source.lines(), start=1):
        if not line.strip():
            continue
        cells = [cell.replace("\\n", "\n") for cell in line.split("\t")]
        if len(cells) != CELLS:
            problem = f"{len(cells)} cells between tabs; expected {CELLS}: question, answer and explanation"
            raise source.refuse(where, problem)
        question, answer, explanation = cells
        yield Example(
            id=f"{source.path.stem}-{number:05d}",
            instruction=question,
            responses=(answer,),
            category="chain of thought",
            rationale=explanation,
            where=where,
        )
