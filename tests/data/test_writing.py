import dataclasses
import json

from bench.data.example import Example, Turn
from bench.data.reading import read_file
from bench.data.writing import write_jsonl

FULL = Example(
    id="weather-1",
    instruction="And tomorrow?",
    input="Forecast: 4 °C, snow\nWind: calm",
    responses=("Snow.", "Snow\u2028again."),
    category="weather",
    difficulty="hard",
    source="forecast:7",
    expect="refuse",
    checks=({"kind": "contains", "all": ["snow"]}, {"kind": "lines", "min": 1, "max": 2}),
    label="cold",
    kind="lookalike",
    split="validation",
    system="Answer in one word.",
    history=(Turn("Weather today?", "Rain."), Turn("Wind?", "")),
    rationale="It is below 5 °C, so it snows.",
    where="12",
)


def test_every_field_is_set_above():
    assert all(getattr(FULL, each.name) != each.default for each in dataclasses.fields(Example))


def test_what_is_written_is_read_back_equal(tmp_path):
    examples = (FULL, dataclasses.replace(FULL, id="weather-2", responses=("Snow.",), history=(), label=None))
    assert write_jsonl(tmp_path / "d.jsonl", examples) == 2
    assert read_file(tmp_path / "d.jsonl").examples == examples


def test_prose_without_an_instruction_is_read_back_equal(tmp_path):
    prose = Example(id="book-1", instruction="", responses=("It rained. ",), kind="text")
    write_jsonl(tmp_path / "d.jsonl", [prose])
    assert read_file(tmp_path / "d.jsonl").examples == (prose,)


def test_fields_at_their_default_are_not_written(tmp_path):
    write_jsonl(tmp_path / "d.jsonl", [Example("1", "Say hi", responses=("hi",))])
    row = {"id": "1", "instruction": "Say hi", "input": "", "response": "hi"}
    assert json.loads((tmp_path / "d.jsonl").read_text(encoding="utf-8")) == row
