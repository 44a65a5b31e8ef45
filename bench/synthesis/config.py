"""What a synthesis run is: its text, its questions, its teacher; read from a TOML file, or from the command line."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from bench import catalog
from bench.errors import UserError, nearest
from bench.record import dump_json, write_atomic
from bench.synthesis.gather import ENOUGH, files
from bench.synthesis.templates import Templates, read_templates

STAMP = "synthesis.json"
PATHS = ("text", "out", "templates")
FOLDER = catalog.FIXTURES / "synthesis"
FREE = "rules"
"""The teacher that costs nothing: it answers everything at once, and reads all passages that mention a subject."""
FIRST = 20
"""Pairs that another teacher makes before somebody has looked at them (lecture 10, stage 5)."""


@dataclass(frozen=True)
class Settings:
    """One run; also the form of a configuration file."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    text: Path
    """A file, or a folder of files."""
    out: Path
    """Folder of the stage files."""
    teacher: str = FREE
    templates: str = "story"
    """Name of a file in fixtures/synthesis, or a path; "" asks the teacher alone."""
    rounds: int = 0
    """Times that the teacher is asked for twenty new instructions."""
    retrieve: int | None = None
    """Passages that an answer may be made from; 400 for the rule teacher, which reads them in a moment, else 6."""
    limit: int | None = None
    """Pairs after which stage 3 stops; none for the rule teacher, else 20."""
    words: int = ENOUGH
    """Length of a passage, about."""
    split: str = "source:80/10/10"
    """How the dataset is split, by passage; see bench/data/splits.py."""
    open_book: bool = False
    """Whether a dataset row gives its passage as input."""
    deal: bool = False
    """Whether a training row gives another one's passage, too, as `dealt`: what rows are worth without grounding."""
    seed: int = 0
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """List -> values, in place of what the text or the templates file would give: {"spells": ("Knit", "Hold")}."""

    def __post_init__(self) -> None:
        for name, least in (("rounds", 0), ("retrieve", 1), ("limit", 1), ("words", 10)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise UserError(f"{name} is {value}; it must be at least {least}")
        if self.deal and not self.open_book:
            raise UserError("deal is given without open_book, but rows that give no passage have none to deal")
        if not self.text.exists():
            raise UserError(f"text {self.text} does not exist; name a file or a folder of files")
        if not self.templates and not self.rounds:
            raise UserError("neither templates nor rounds are given, so nothing would be asked; give one of them")

    @property
    def passages_for_an_answer(self) -> int:
        return self.retrieve or (400 if self.teacher == FREE else 6)

    @property
    def first_pairs(self) -> int | None:
        return self.limit if self.limit is not None or self.teacher == FREE else FIRST

    def question_templates(self) -> Templates | None:
        return read_templates(templates_path(self.templates)) if self.templates else None


def read_settings(path: Path, **given: Any) -> Settings:
    """The settings of a file, whose paths are relative to it; what is `given` and not None wins.

    Raises UserError with the file and the key.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        beside = {name: beside_file(path, name, value) for name, value in values.items() if name in PATHS}
        wins = {name: value for name, value in given.items() if value is not None}
        return TypeAdapter(Settings).validate_python(values | beside | wins)
    except ValidationError as error:
        first = error.errors()[0]
        if isinstance(own := first.get("ctx", {}).get("error"), UserError):
            raise own from None
        key = ".".join(map(str, first["loc"]))
        hint = nearest(key, Settings.__dataclass_fields__) if first["type"] == "unexpected_keyword_argument" else ""
        raise UserError(f"{path}: {key}: {first['msg'].partition(' for <')[0].lower()}.{hint}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: no valid TOML: {error}") from None


def beside_file(path: Path, name: str, value: Any) -> Any:
    """A path that stands in the file at `path`, as seen from here; the name of templates of ours stays a name."""
    ours = name == "templates" and (not value or (FOLDER / f"{value}.toml").is_file())
    return str(path.parent / value) if isinstance(value, str) and not ours else value


def templates_path(name: str) -> Path:
    """A templates file by its name or path. Raises UserError, with the nearest name, when there is none."""
    ours = FOLDER / f"{name}.toml"
    if ours.is_file() and ours.parent == FOLDER:
        return ours
    if Path(name).exists():
        return Path(name)
    known = [path.stem for path in FOLDER.glob("*.toml")]
    raise UserError(f"unknown templates {name!r}.{nearest(name, known)} A path to a file works too.")


def stamped(settings: Settings) -> dict[str, Any]:
    """What a folder's stage files depend on."""
    templates = templates_path(settings.templates) if settings.templates else None
    return {
        "text": {path.name: content(path) for path in sources(settings.text)},
        "templates": content(templates) if templates else "",
        "teacher": settings.teacher,
        "rounds": settings.rounds,
        "words": settings.words,
        "retrieve": settings.passages_for_an_answer,
        "seed": settings.seed,
        "slots": sha256(dump_json(dict(settings.slots)).encode()).hexdigest() if settings.slots else "",
    }


def sources(text: Path) -> list[Path]:
    return files(text) if text.is_dir() else [text]


def content(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def claim(settings: Settings) -> None:
    """Marks the folder as this run's. Raises UserError where it holds the stages of another one."""
    import json

    path, now = settings.out / STAMP, stamped(settings)
    if path.exists():
        before = json.loads(path.read_text(encoding="utf-8"))
        changed = [name for name in now if before.get(name) != now[name]]
        if changed:
            raise UserError(
                f"{settings.out} holds a run with other {' and '.join(changed)}; name another folder with --out, or "
                "remove this one"
            )
    settings.out.mkdir(parents=True, exist_ok=True)
    # How rows are written may change from run to run; `tunebench quality` does as the last run did.
    rows = {name: getattr(settings, name) for name in ("open_book", "split", "deal")}
    write_atomic(path, dump_json({**now, **rows}) + "\n")
