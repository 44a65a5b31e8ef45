"""The sentence about a suite of deliberate differences: the costliest one that is really shown, or that none is."""

from bench.report.columns import Column
from bench.report.differences import ONE_SEED, SCALES, Difference, Differences, Effect

Found = tuple[Difference, Effect]


def costliest(differences: Differences) -> str:
    """Judged by the main column; by the next one on which anything is shown where nothing is shown there."""
    measured = [(row, effect) for row in differences.rows for effect in row.effects if effect]
    if not measured:
        return "No difference has both sides measured"
    if all(effect.seeds == 1 for _, effect in measured):
        return one_seed(on(measured, measured[0][1].column))
    for column in differences.columns:
        if costs := [found for found in on(measured, column) if found[1].tone == "bad"]:
            return shown(max(costs, key=size), on(measured, column), costs)
    return none_shown(differences, measured)


def on(measured: list[Found], column: Column) -> list[Found]:
    return [found for found in measured if found[1].column.name == column.name]


def size(found: Found) -> float:
    return abs(found[1].change)


def shown(worst: Found, compared: list[Found], costs: list[Found]) -> str:
    row, effect = worst
    what = f" ({', '.join(row.knobs)})" if row.knobs else ""
    sentence = f"Costliest difference that is shown: {row.name}{what}, {amount(effect)} on {effect.column.in_text}"
    sentence += f" against {row.against} over {effect.seeds} seeds"
    if len(compared) == 1:
        return sentence
    verb = "is" if len(costs) == 1 else "are"
    counted = f"{len(costs)} of {len(compared)} differences {verb} shown to cost something there"
    return f"{sentence}; {counted}{gains(compared)}"


def gains(compared: list[Found]) -> str:
    better = [row.name for row, effect in compared if effect.tone == "good"]
    return f", {len(better)} to help ({', '.join(better)})" if better else ""


def amount(effect: Effect) -> str:
    """Points with their interval in brackets."""
    unit = " points" if effect.column.unit in SCALES else ""
    return f"{effect.points}{unit}" + (f" [{effect.interval}]" if effect.interval else "")


def none_shown(differences: Differences, measured: list[Found]) -> str:
    seeds = max(effect.seeds for _, effect in measured)
    rows = [row for row in differences.rows if row.seeds]
    if len(rows) == 1:
        return f"{rows[0].name} is not shown to cost anything against {rows[0].against} over {seeds} seeds"
    return f"None of the {len(rows)} differences is shown to cost anything over {seeds} seeds"


def one_seed(compared: list[Found]) -> str:
    row, effect = max(compared, key=size)
    largest = f"the largest change is {row.name}, {amount(effect)} on {effect.column.in_text} against {row.against}"
    return f"{ONE_SEED[:1].upper()}{ONE_SEED[1:]}, so no difference is shown; {largest}"
