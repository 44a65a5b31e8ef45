"""A submission's key numbers for the instructor's page: the assignment's metric, or each table's main one."""

from bench.assignments.filling import Filled
from bench.record import RunRecord
from bench.report.cells import shown
from bench.report.columns import Column
from bench.report.groups import BASE, Group

TABLES = 2
"""Tables told in one row of the instructor's page."""
ROWS = 5


def key_numbers(filled: Filled) -> list[str]:
    """ "Instructions followed: base 0 %, full 96.1 %, lora 94.4 %", one line for a table."""
    found = [line for group, _ in filled.focus.groups if (line := of_group(group, filled.assignment.metric))]
    more = [f"{len(found) - TABLES} more tables"] if len(found) > TABLES else []
    return found[:TABLES] + more


def of_group(group: Group, metric: str) -> str:
    column = column_of(group, metric)
    if column is None:
        return ""
    values = [(record, value) for record in rows_of(group) if (value := record[column.name]) is not None]
    told = [f"{group.row_name(record)} {unbroken(value, column)}" for record, value in values]
    more = [f"{len(told) - ROWS} more"] if len(told) > ROWS else []
    return f"{column.label}: {', '.join(told[:ROWS] + more)}" if told else ""


def unbroken(value: float, column: Column) -> str:
    """The number and its sign on one line."""
    return shown(value, column.unit).replace(" ", "\u00a0")


def column_of(group: Group, metric: str) -> Column | None:
    if not metric:
        return group.main
    return group.column(metric) if any(record[metric] is not None for record in group.records) else None


def rows_of(group: Group) -> list[RunRecord]:
    """Without variants, which are compared with each other and not with base."""
    return [record for record in group.records if not record.case.against]


def best_number(filled: Filled) -> tuple[str, float] | None:
    """(label, value) of the best tuned model in the assignment's metric; None where the assignment names none.

    Without a metric of the assignment there is nothing that all submissions could be ranked by.
    """
    metric = filled.assignment.metric
    found = [
        (group.column(metric), value) for group, _ in filled.focus.groups if metric for value in tuned(group, metric)
    ]
    if not found:
        return None
    column = found[0][0]
    values = [value for _, value in found]
    return column.label, min(values) if column.higher_is_better is False else max(values)


def tuned(group: Group, metric: str) -> list[float]:
    rows = [record for record in rows_of(group) if record.case.method != BASE]
    return [value for record in rows if (value := record[metric]) is not None]
