"""Ids for rows whose file gives none, or gives one twice."""

from bench.data.source import Record, Source


def record_id(source: Source, record: Record, number: int) -> str:
    """The record's own "id", or its file's name and place. Raises UserError when it is neither text nor number."""
    given = record.value.get("id")
    if given is None or given == "":
        return f"{source.path.stem}-{number:05d}"
    if not isinstance(given, str | int) or isinstance(given, bool):
        raise source.refuse(record.where, f"'id' is {given!r:.60}; expected a text or a number")
    return str(given)


def distinct(name: str, taken: set[str]) -> str:
    """The name, or `name#2`, `name#3` where the file gives it to several examples; it is taken from then on."""
    found, copy = name, 1
    while found in taken:
        copy += 1
        found = f"{name}#{copy}"
    taken.add(found)
    return found
