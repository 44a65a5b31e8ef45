import pytest

from bench import catalog
from bench.errors import UserError


def test_names_are_file_names():
    assert {"base", "full", "lora", "qlora"} <= set(catalog.names("method"))


@pytest.mark.parametrize(
    ("kind", "typo", "meant"),
    [
        ("method", "lorra", "lora"),
        ("metric", "rogue", "rouge"),
        ("model", "tiny-gpt", "tiny-gpt2"),
        ("template", "rw", "raw"),
    ],
)
def test_a_typo_is_answered_with_the_nearest_name(kind, typo, meant):
    with pytest.raises(UserError, match=f"unknown {kind} '{typo}'. Did you mean '{meant}'"):
        catalog.load(kind, typo)


@pytest.mark.parametrize("name", ["../case", "a.b", "", "os;", "__init__"])
def test_a_name_cannot_leave_its_folder(name):
    with pytest.raises(UserError, match="unknown metric"):
        catalog.load("metric", name)


def test_the_argument_follows_the_colon():
    module, argument = catalog.load("metric", "rouge:L")
    assert module.__name__ == "bench.metrics.rouge"
    assert argument == "L"
