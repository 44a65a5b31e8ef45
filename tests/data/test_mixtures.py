from collections import Counter

import pytest

from bench.catalog import ROOT
from bench.data.dataset import load_dataset
from bench.data.example import Example
from bench.data.mixtures import mix
from bench.errors import UserError


def part(n, **given):
    return [Example(f"e{i}", f"Say {i}", responses=(str(i),), source=f"s{i}", **given) for i in range(n)]


def counted(rows):
    return Counter(row.id.partition(":")[0] for row in rows)


PARTS = {"news": part(600), "chat": part(500), "maths": part(400)}


def recipe(tmp_path, text, name="both.toml"):
    path = tmp_path / name
    path.write_text(text)
    return str(path)


def test_shares_are_those_of_the_resulting_rows():
    rows = mix(PARTS, {"news": 0.4, "chat": 0.3, "maths": 0.3}, size=1000)
    assert counted(rows) == {"news": 400, "chat": 300, "maths": 300}


def test_weights_need_not_add_up_to_one():
    assert counted(mix(PARTS, {"news": 8, "chat": 1, "maths": 1}, size=50)) == {"news": 40, "chat": 5, "maths": 5}


def test_the_default_size_uses_up_the_scarcest_part():
    rows = mix(PARTS, {"news": 0.5, "chat": 0.25, "maths": 0.25})
    assert counted(rows) == {"news": 600, "chat": 300, "maths": 300}


def test_rows_are_drawn_without_replacement_and_shuffled():
    rows = mix(PARTS, {"news": 0.4, "chat": 0.3, "maths": 0.3}, size=1000)
    assert len({row.id for row in rows}) == 1000
    assert len(counted(rows[:20])) == 3


def test_the_seed_decides():
    weights = {"news": 1, "chat": 1, "maths": 1}
    assert mix(PARTS, weights, size=30, seed=1) == mix(PARTS, weights, size=30, seed=1)
    assert mix(PARTS, weights, size=30, seed=1) != mix(PARTS, weights, size=30, seed=2)


def test_a_part_that_runs_out_is_named_with_the_largest_size():
    with pytest.raises(UserError, match=r"of 3000 rows needs 900 of 'maths', which has 400; .* size is 1335"):
        mix({"a": part(2000), "b": part(2000), "maths": part(400)}, {"a": 0.4, "b": 0.3, "maths": 0.3}, size=3000)


def test_repeated_rows_get_ids_of_their_own_and_keep_their_source():
    rows = mix({"a": part(4), "b": part(10)}, {"a": 1, "b": 1}, size=20, repeat=True)
    assert counted(rows) == {"a": 10, "b": 10}
    assert len({row.id for row in rows}) == 20
    assert {row.source for row in rows if row.id.startswith("a:e0")} == {"a:s0"}
    assert Counter(row.source for row in rows if row.id.startswith("a:")).most_common()[-1][1] >= 2


def test_equal_ids_and_sources_of_two_parts_do_not_collide():
    rows = mix({"a": part(3), "b": part(3)}, {"a": 1, "b": 1})
    assert len({row.id for row in rows}) == len({row.source for row in rows}) == 6


def test_only_a_missing_category_becomes_the_parts_name():
    rows = mix({"a": part(1), "b": part(1, category="sums")}, {"a": 1, "b": 1})
    assert {row.category for row in rows} == {"a", "sums"}


def test_temperature_two_takes_square_roots_of_the_sizes():
    rows = mix({"big": part(900), "small": part(100)}, temperature=2.0, size=100)
    assert counted(rows) == {"big": 75, "small": 25}


def test_temperature_one_keeps_the_natural_proportions():
    assert counted(mix({"big": part(900), "small": part(100)}, temperature=1)) == {"big": 900, "small": 100}


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"news": 1, "chat": 1, "mats": 1}, "Did you mean 'maths'"),
        ({"news": 1, "chat": 1}, "no weight to 'maths'"),
        ({"news": 1, "chat": 1, "maths": 0}, "the weight of 'maths' is 0"),
        ({"news": 1, "chat": 1, "maths": float("nan")}, "the weight of 'maths' is nan"),
        (None, "weights or a temperature"),
    ],
)
def test_weights_that_are_none(weights, message):
    with pytest.raises(UserError, match=message):
        mix(PARTS, weights)


def test_the_shipped_mixture_has_its_shares_in_every_split_and_says_what_was_drawn():
    data = load_dataset("everyday_and_headlines")
    for split in (data.train, data.validation, data.test):
        assert counted(split)["everyday"] / len(split) == pytest.approx(0.6, abs=0.005)
    assert data.notes[0] == "weights as given: everyday 0.6, headlines 0.4; seed 0"
    assert data.notes[1] == "train: everyday 501 of 501 rows (60.0 %), headlines 334 of 752 rows (40.0 %)"


def test_every_row_of_a_mixture_stays_in_its_parts_own_split():
    data, own = load_dataset("everyday_and_headlines"), load_dataset("everyday")
    mixed = {e.id for e in data.test if e.id.startswith("everyday:")}
    assert mixed <= {f"everyday:{e.id}" for e in own.test}


def test_files_beside_the_recipe_can_be_parts(tmp_path):
    for name in ("one", "two"):
        lines = [f'{{"instruction": "{name} {i}", "output": "{i}"}}' for i in range(30)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines))
    data = load_dataset(recipe(tmp_path, '[mixture]\nparts = ["one.jsonl", "two.jsonl"]\nsize = 20\nseed = 3'))
    assert counted(data.train) == {"one": 10, "two": 10}
    assert data.notes[0] == "weights as given: one 1, two 1; seed 3"


def test_a_mixture_of_mixtures_keeps_the_notes_of_both(tmp_path):
    data = load_dataset(recipe(tmp_path, '[mixture]\nparts = ["everyday_and_headlines"]\ntemperature = 1.0'))
    assert "everyday_and_headlines: weights as given: everyday 0.6, headlines 0.4; seed 0" in data.notes


def test_a_mixture_that_holds_itself_is_refused(tmp_path):
    recipe(tmp_path, '[mixture]\nparts = {"b.toml" = 1, everyday = 1}', "a.toml")
    inner = recipe(tmp_path, '[mixture]\nparts = {"a.toml" = 1, headlines = 1}', "b.toml")
    with pytest.raises(UserError, match=r"a\.toml: mixture\.parts: 'b\.toml' is this mixture itself or contains it"):
        load_dataset(inner)


def test_an_unknown_part_offers_the_nearest(tmp_path):
    with pytest.raises(UserError, match=r"both\.toml: mixture\.parts: unknown dataset 'everday'.*'everyday'"):
        load_dataset(recipe(tmp_path, "[mixture]\nparts = {everday = 1, headlines = 1}"))


def test_weights_and_a_temperature_are_one_too_many(tmp_path):
    with pytest.raises(UserError, match="weights or a temperature"):
        load_dataset(recipe(tmp_path, "[mixture]\nparts = {everyday = 1, headlines = 2}\ntemperature = 2.0"))


def test_a_size_that_a_part_cannot_give_names_the_recipe(tmp_path):
    with pytest.raises(UserError, match=r"both\.toml: a mixture of 5000 rows needs 2500 of 'everyday', which has 501"):
        load_dataset(recipe(tmp_path, "[mixture]\nparts = {everyday = 1, headlines = 1}\nsize = 5000"))


THREE = '[mixture]\nparts = {"a.jsonl" = 0.4, "b.jsonl" = 0.3, "c.jsonl" = 0.3}\n'


def three(tmp_path, more="", name="three.toml"):
    """Tasks of 20, 60 and 100 training rows with ten questions each."""
    for stem, count in (("a", 20), ("b", 60), ("c", 100)):
        splits = ["train"] * count + ["test"] * 10
        lines = [f'{{"instruction": "{stem} {i}", "output": "{i}", "split": "{split}"}}'
                 for i, split in enumerate(splits)]  # fmt: skip
        (tmp_path / f"{stem}.jsonl").write_text("\n".join(lines))
    return recipe(tmp_path, THREE + more, name)


def test_first_rows_are_shares_of_each_task_and_not_of_the_mixture(tmp_path):
    data = load_dataset(three(tmp_path, 'take = "first"'))
    assert counted(data.train) == {"a": 8, "b": 18, "c": 30}
    assert [row.instruction for row in data.train if row.id.startswith("a:")] == [f"a {i}" for i in range(8)]
    assert "train: a 8 of 20 rows (14.3 %), b 18 of 60 rows (32.1 %), c 30 of 100 rows (53.6 %)" in data.notes


def test_first_rows_leave_the_test_questions_as_they_are(tmp_path):
    drawn, first = load_dataset(three(tmp_path)), load_dataset(three(tmp_path, 'take = "first"', "first.toml"))
    assert [row.id for row in drawn.test] == [row.id for row in first.test]
    assert counted(drawn.train) == {"a": 20, "b": 15, "c": 15}


@pytest.mark.parametrize("more", ["size = 20", "repeat = true"])
def test_first_rows_are_counted_by_their_weight_alone(tmp_path, more):
    with pytest.raises(UserError, match=r"three\.toml: take = .first. needs weights, and neither"):
        load_dataset(three(tmp_path, f'take = "first"\n{more}'))


def test_first_rows_by_a_temperature_are_refused(tmp_path):
    with pytest.raises(UserError, match="needs weights"):
        load_dataset(recipe(tmp_path, '[mixture]\nparts = ["everyday"]\ntemperature = 2.0\ntake = "first"'))


def test_the_shipped_mixture_is_a_recipe_of_the_repository():
    assert (ROOT / "fixtures" / "datasets" / "everyday_and_headlines.toml").is_file()
