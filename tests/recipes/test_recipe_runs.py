"""Every form that claims to run trains two steps on its tiny model."""

from dataclasses import replace

import pytest

from bench import catalog
from bench.case import Case
from bench.data.dataset import load_dataset
from bench.methods import configure
from bench.prompts.rendering import render
from bench.recipes.reading import names, recipe_settings
from bench.suite import Options, Suite
from bench.training.trainer import resolved, train


def last_case(name: str, form: str) -> Case:
    suite = Suite.from_marker(name, recipe_settings(name, form), "cpu")
    return suite.cases(Options())[-1]


@pytest.mark.parametrize("form", ["translated", "corrected"])
@pytest.mark.parametrize("name", names())
def test_a_form_trains_on_its_tiny_model(name, form):
    case = last_case(name, form)
    family, argument = catalog.load("model", case.model)
    method, options = catalog.load("method", case.method)
    source = family.open(argument)
    model = method.prepare(source, configure(method, options, case.method), dtype="float32", device="cpu", seed=0)
    tokenizer = source.tokenizer()
    rows = [render(row, case.template, tokenizer=tokenizer) for row in load_dataset(case.dataset).train[:6]]
    config = resolved(replace(case.train, max_steps=2, epochs=None), method, 2_000_000)
    turns = [each.chunks for each in rows]
    done = train(model, tokenizer, turns, config, seed=0, device="cpu", validation=turns[:2], stop=rows[0].stop)
    assert done.steps == 2
