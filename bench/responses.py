"""Any file of responses as outputs, so that what some model once said can be scored without that model.

Such files hold anything: keys that are not in NAMES are left alone, and a null is an absent key. Texts are never
stripped or changed, because official IFEval results are joined by the exact text of the prompt.
"""

import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import ConfigDict, FiniteFloat, InstanceOf, NonNegativeInt, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from bench.data import values
from bench.data.formats.alpaca import valid_checks
from bench.data.lines import Record
from bench.data.reading import describe
from bench.data.source import Source, open_source
from bench.data.tables import CELL_READERS
from bench.errors import UserError
from bench.garbage import collector_paused
from bench.record import Output

# A plain `str` would be read as UTF-8, which half of a surrogate pair is not; models do say such things.
Text = InstanceOf[str]
Name = Text | int | FiniteFloat


class Row(TypedDict, total=False):
    """What one row may say, under our names; what Output calls the same means the same."""

    __pydantic_config__ = ConfigDict(extra="ignore")  # type: ignore[misc]

    response: Text | None
    id: Name
    prompt: Text
    instruction: Text
    input: Text
    references: Text | list[Text | None]
    instruction_id_list: list[Text]
    kwargs: list[dict[Text, Any] | None]
    checks: list[dict[Text, Any]]
    label: Name
    expect: Literal["answer", "refuse"]
    category: Text
    source: Text
    group: Name
    form: Text
    finished: bool
    new_tokens: NonNegativeInt
    answer: Text
    refusal_logit: FiniteFloat
    reference_logprob: FiniteFloat
    distractor_logprob: FiniteFloat
    nll: FiniteFloat
    nll_before: FiniteFloat
    nll_tokens: NonNegativeInt


VALIDATOR = TypeAdapter(Row)
ALIASES = {
    # `text` goes last: beside an `output`, it is the prompt with it.
    "response": ("output", "prediction", "completion", "generated", "text"),
    "id": ("example_id", "key"),
    "instruction": ("question",),
    "input": ("context",),
    "references": ("reference", "target", "expected", "answers"),
}
NAMES = {ours: (ours, *ALIASES.get(ours, ())) for ours in Row.__annotations__}
"""Our field -> the keys that may hold it; the first one that is there and not null wins."""
EXPECTED = {
    "response": "a text or null",
    "references": "a text or a list of texts",
    "instruction_id_list": "a list of texts",
    "kwargs": "a list of objects",
    "checks": "a list of objects",
    "expect": "'answer' or 'refuse'",
    "finished": "true or false",
    **dict.fromkeys(("id", "label", "group"), "a text or a number"),
    **dict.fromkeys(("new_tokens", "nll_tokens"), "a whole number, 0 or more"),
    **dict.fromkeys(
        ("refusal_logit", "reference_logprob", "distractor_logprob", "nll", "nll_before"), "a finite number"
    ),
}
"""Field -> what it must be, where that is not just a text."""
UNCHANGED = {"input", "category", "expect", "source", "form", "finished", "new_tokens", "answer"} | {
    *("refusal_logit", "reference_logprob", "distractor_logprob", "nll", "nll_before", "nll_tokens")
}
"""Fields that Output takes as they are."""


class Placed(NamedTuple):
    """A validated row, and where it stands."""

    source: Source
    where: str
    fields: dict[str, Any]

    def refuse(self, problem: str) -> UserError:
        return self.source.refuse(self.where, problem)


def read_responses(path: Path, prompts: Path | None = None) -> tuple[Output, ...]:
    """Every row of a JSON, JSON lines, CSV, TSV or Parquet file as an Output, in order; () when there is no row.

    `prompts` is a second file: what a row lacks is taken from the row there with the very same prompt, else with the
    same id. Raises UserError with file and line for a damaged file, a row without a response, a value of another
    type, and an unknown check; warns of a row without a partner.
    """
    with collector_paused():
        rows = placed_rows(path, NAMES)
        for row in rows:
            refuse_silence(row)
        if prompts is not None:
            others = {ours: names for ours, names in NAMES.items() if ours != "response"}
            rows = joined(rows, placed_rows(prompts, others), prompts)
        named = [name_of(row, "id") for row in rows]
        times = Counter(named)
        groups = [name if times[name] > 1 else "" for name in named]
        return tuple(output(*each) for each in zip(rows, distinct(named), groups, strict=True))


def placed_rows(path: Path, names: Mapping[str, Sequence[str]]) -> list[Placed]:
    source = open_source(path)
    return [Placed(source, record.where, fields(source, record, names)) for record in source.records()]


def fields(source: Source, record: Record, names: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Our field -> its value. The cells of a table are all texts, so that numbers are read out of them."""
    cells, is_table = values.row(source, record), source.container in CELL_READERS
    columns = columns_by_field(cells, names, (None, "") if is_table else (None,))
    given = {ours: cells[column] for ours, column in columns.items()}
    try:
        return dict(VALIDATOR.validate_python(given, strict=not is_table))
    except ValidationError as error:
        raise source.refuse(record.where, wrong_type(error, columns)) from None


def columns_by_field(
    cells: Mapping[str, Any], names: Mapping[str, Sequence[str]], blank: Sequence[str | None]
) -> dict[str, str]:
    """Our field -> the key that holds it. A response may be blank; `kwargs` of anything but checks are not ours."""
    found = {}
    for ours, keys in names.items():
        for key in keys:
            if key in cells and (ours == "response" or cells[key] not in blank):
                found[ours] = key
                break
    if "instruction_id_list" not in found:
        found.pop("kwargs", None)
    return found


def wrong_type(error: ValidationError, columns: Mapping[str, str]) -> str:
    """Of the complaints about the first wrong field, the one that goes deepest names the value."""
    problems = error.errors(include_url=False)
    field = str(problems[0]["loc"][0])
    worst = max((each for each in problems if each["loc"][0] == field), key=lambda each: len(each["loc"]))
    column = columns[field]
    meaning = "" if column == field else f" (the {field})"
    inside = " in the list" if isinstance(worst["loc"][-1], int) else ""
    return f"{column!r}{meaning}: expected {EXPECTED.get(field, 'a text')}, found {shown(worst['input'])}{inside}"


def shown(value: Any) -> str:
    return describe(value) if isinstance(value, list | dict) else f"{describe(value)} ({value!r:.40})"


def refuse_silence(row: Placed) -> None:
    if "response" not in row.fields:
        others = ", ".join(repr(name) for name in ALIASES["response"])
        raise row.refuse(f"no 'response' in this row (nor {others}); null where the model gave none")


def joined(rows: Sequence[Placed], partners: Sequence[Placed], path: Path) -> list[Placed]:
    """Each row with what it lacks taken from its partner; one that has none warns and is left without checks."""
    by_prompt, by_id = defaultdict(list), defaultdict(list)
    for partner in partners:
        by_prompt[prompt_of(partner.fields)].append(partner)
        by_id[name_of(partner, "id")].append(partner)
    made = []
    for row in rows:
        prompt, name = prompt_of(row.fields), name_of(row, "id")
        found = (prompt and by_prompt.get(prompt)) or (name and by_id.get(name))
        made.append(completed(row, the_one(row, found)) if found else alone(row, path))
    return made


def alone(row: Placed, path: Path) -> Placed:
    """The row without instructions whose arguments nobody knows; nothing verifies it, and the score counts it so."""
    place = f"{row.source.path}:{row.where}"
    warnings.warn(f"{place}: no row of {path} has the very same prompt, or this row's id", stacklevel=2)
    return row._replace(fields={key: value for key, value in row.fields.items() if key != "instruction_id_list"})


def the_one(row: Placed, found: Sequence[Placed]) -> Placed:
    """Of several partners the one with the row's own id, else any, as long as they say the same."""
    name = name_of(row, "id")
    found = [partner for partner in found if name and name_of(partner, "id") == name] or found
    first = found[0]
    for other in found[1:]:
        if other.fields | {"id": ""} != first.fields | {"id": ""}:
            raise row.refuse(
                f"{first.source.path}:{first.where} and :{other.where} have this prompt and say different things; "
                "give both files ids that tell which"
            )
    return first


def completed(row: Placed, partner: Placed) -> Placed:
    ours, theirs = row.fields.get("instruction_id_list"), partner.fields.get("instruction_id_list")
    if ours and theirs and list(map(plain_id, ours)) != list(map(plain_id, theirs)):
        place = f"{partner.source.path}:{partner.where}"
        raise row.refuse(f"'instruction_id_list' is another one than at {place}, which has the same prompt or id")
    return row._replace(fields=partner.fields | row.fields)


def output(row: Placed, name: str, group: str) -> Output:
    given = row.fields
    prompt, references = prompt_of(given), given.get("references", ())
    return Output(
        example_id=name,
        prompt=prompt,
        text=given["response"],
        references=(references,) if isinstance(references, str) else tuple(r for r in references if r is not None),
        instruction=given.get("instruction", prompt),
        label=name_of(row, "label") or None,
        checks=valid_checks(row.source, row.where, [*given.get("checks", ()), *ifeval_checks(row)]),
        group=name_of(row, "group") or group,
        **{"form": "template"} | {field: given[field] for field in UNCHANGED if field in given},
    )


def prompt_of(given: Mapping[str, Any]) -> str:
    """The prompt as it stands there, else the instruction and under it the input."""
    if "prompt" in given:
        return str(given["prompt"])
    return "\n".join(given[part] for part in ("instruction", "input") if given.get(part))


def ifeval_checks(row: Placed) -> list[dict[str, Any]]:
    """IFEval's two parallel lists as checks, each with the arguments that are not null."""
    names, arguments = row.fields.get("instruction_id_list"), row.fields.get("kwargs")
    if not names:
        return []
    if arguments is None:
        raise row.refuse(
            "'instruction_id_list' without 'kwargs'; --prompts FILE adds them, e.g. IFEval's input_data.jsonl"
        )
    if len(names) != len(arguments):
        counts = f"{len(names)} entries in 'instruction_id_list', but {len(arguments)} in 'kwargs'"
        raise row.refuse(f"{counts}; expected one for each")
    return [
        {"kind": plain_id(name)} | {key: value for key, value in (entry or {}).items() if value is not None}
        for name, entry in zip(names, arguments, strict=True)
    ]


def plain_id(name: str) -> str:
    """M-IFEval's copies of the same instructions are called `en:...`."""
    return name.removeprefix("en:")


def name_of(row: Placed, field: str) -> str:
    """A name as text, numbers too; "" where the row has none."""
    return str(row.fields.get(field, ""))


def distinct(named: Sequence[str]) -> list[str]:
    """An id for each row: its own, `id#2` where it stands a second time, the row's number where it has none."""
    taken, later, made = set(named), dict[str, Iterator[str]](), []
    for number, name in enumerate(named, start=1):
        if name and name not in later:
            later[name] = copies(name)
            made.append(name)
        else:
            fresh = later[name] if name else copies(str(number))
            made.append(next(each for each in fresh if each not in taken))
            taken.add(made[-1])
    return made


def copies(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}#{number}" for number in count(2))
