"""Every file that the catalog finds keeps its contract, so that a new one is checked without editing a list."""

import ast
import inspect
import re
from dataclasses import fields, is_dataclass

import pytest

from bench import catalog
from bench.data.dataset import load_dataset
from bench.data.example import Example
from bench.errors import Unavailable
from bench.record import Output, Score

KINDS = ("metric", "method", "template", "format", "model")
FILES = [
    (kind, path)
    for kind in KINDS
    for path in sorted((catalog.ROOT / "bench" / catalog.FOLDERS[kind]).glob("[a-z]*.py"))
]
UNITS = {"rate", "score", "index", "ratio", "count", "perplexity", "nats", "logit"}
EXAMPLE = Example("a", "Name a colour.", input="red, blue", responses=("red",))
OUTPUT = Output("a", "template", "p", "red", ("red",), "Name a colour.", label="red")


def module_of(kind, name):
    return catalog.load(kind, "tiny-gpt2" if name == "fixture" else name)[0]


@pytest.mark.parametrize(("kind", "path"), FILES, ids=lambda value: getattr(value, "stem", value))
def test_a_file_says_in_its_first_line_what_it_is(kind, path):
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert text
    assert text.partition("\n")[0].endswith((".", ";", ":"))


@pytest.mark.parametrize("name", catalog.names("metric"))
def test_a_metric_names_unit_and_direction_of_each_of_its_columns(name):
    module = module_of("metric", name)
    result = module.score([OUTPUT])
    columns = {name: result} if isinstance(result, Score) else result
    for column in columns:
        unit, better = (v[column] if hasattr(v, "keys") else v for v in (module.UNIT, module.HIGHER_IS_BETTER))
        assert unit in UNITS
        assert better in (True, False, None)


@pytest.mark.parametrize("name", catalog.names("method"))
def test_a_method_is_a_config_with_defaults_and_a_way_to_prepare_a_model(name):
    module = module_of("method", name)
    assert is_dataclass(module.Config)
    assert module.Config.__dataclass_params__.frozen
    module.Config()
    assert isinstance(module.TRAINS, bool)
    assert list(inspect.signature(module.prepare).parameters) == ["source", "config", "dtype", "device", "seed"]
    if module.TRAINS:
        assert module.EPOCHS > 0
        assert module.learning_rate(10**6) >= module.learning_rate(10**9) > 0


@pytest.mark.parametrize("name", catalog.names("method"))
def test_every_setting_of_a_method_is_explained(name):
    module = module_of("method", name)
    source = "".join(inspect.getsource(c) for c in module.Config.__mro__ if c is not object)
    for setting in fields(module.Config):
        assert re.search(rf'^    {setting.name}: .*\n    """', source, re.M), f"{name}.{setting.name} has no docstring"


@pytest.mark.parametrize("name", catalog.names("template"))
def test_a_template_holds_instruction_and_input_and_no_answer(name):
    prompt = module_of("template", name).prompt(Example("a", "Name it.", input="a bird", responses=("sparrow",)))
    assert "Name it." in prompt
    assert "a bird" in prompt
    assert "sparrow" not in prompt


@pytest.mark.parametrize("name", catalog.names("format"))
def test_a_format_recognises_a_source_and_reads_it(name):
    module = module_of("format", name)
    assert list(inspect.signature(module.matches).parameters) == ["source"]
    assert list(inspect.signature(module.read).parameters) == ["source"]


@pytest.mark.parametrize("name", catalog.names("dataset"))
def test_a_shipped_dataset_has_three_splits_and_a_category_for_every_row(name):
    try:
        data = load_dataset(name)
    except Unavailable as error:
        pytest.skip(str(error))
    for split in (data.train, data.validation, data.test):
        assert split
        assert all(example.category and example.source for example in split)


@pytest.mark.parametrize("name", catalog.fixture_models())
def test_a_shipped_model_has_safe_weights_a_tokenizer_and_the_record_of_its_making(name):
    folder = catalog.FIXTURES / "models" / name
    names = {path.name for path in folder.iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "training.json"} <= names
    assert (folder.parent / f"{name}.toml").is_file()
