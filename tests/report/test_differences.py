from dataclasses import replace

import pytest

from bench.case import Case
from bench.config import GenerateConfig, TrainConfig
from bench.record import RunRecord, Score
from bench.report.costliest import costliest
from bench.report.differences import differences
from bench.report.groups import groups
from bench.report.terminal import terminal_table
from bench.report.verdict import verdict
from tests.report.sample import measured, write_run

METRICS = ("instruction_following", "completion")


def record(variant, seed, value, against="right", name="instruction_following", n=100, **fields):
    case = Case("s", "m", "d", "full", metrics=METRICS, variant=variant, against=against, seed=seed)
    case = replace(case, **fields)
    return RunRecord(case, "ok", scores={name: Score(value, n, low=value - 0.05, high=value + 0.05)})


def seeds(right, wrong, **fields):
    rows = [record("right", seed, value, "") for seed, value in enumerate(right)]
    return rows + [record("wrong", seed, value, **fields) for seed, value in enumerate(wrong)]


def table(*records):
    return differences(groups(records)[0])


def effect(right, wrong, **fields):
    return table(*seeds(right, wrong, **fields)).rows[0].effects[0]


def test_a_paired_difference_is_told_in_points_with_its_t_interval():
    found = effect((0.90, 0.94, 0.86), (0.40, 0.40, 0.40))
    assert (found.points, found.seeds, found.tone) == ("−50.0", 3, "bad")
    assert (found.interval, found.means) == ("−59.9 to −40.1", "90.0 % → 40.0 %")


def test_an_interval_that_holds_zero_shows_nothing_and_says_so():
    found = effect((0.9, 0.8, 0.9), (0.7, 0.9, 0.8))
    assert (found.tone, found.words) == ("", "not shown to differ over 3 seeds")


def test_one_seed_has_no_interval_and_shows_nothing():
    found = table(*seeds((0.9,), (0.1,)))
    assert (found.rows[0].effects[0].interval, found.rows[0].effects[0].words) == ("", "one seed")
    assert found.notes == [
        "One seed says nothing about training's own variation, so those differences have no interval."
    ]


def test_two_seeds_that_agree_by_chance_are_as_wide_as_one_test_example():
    assert not effect((0.5, 0.5), (0.375, 0.375), n=8).is_shown
    assert effect((0.9, 0.9, 0.9), (0.5, 0.5, 0.5)).interval == "−40.7 to −39.3"


def test_no_interval_reaches_beyond_what_two_rates_can_differ():
    found = effect((1.0, 0.7), (0.0, 0.3))
    assert (found.low, found.high) == (-1, 1)


def by_item(variant, seed, marks, against="right"):
    values = {str(place): float(mark) for place, mark in enumerate(marks)}
    score = Score(sum(values.values()) / len(values), len(values), per_example=values)
    return record(variant, seed, 0.5, against).with_(scores={"instruction_following": score})


def test_the_luck_of_the_test_set_is_added_where_items_are_known():
    rights = [by_item("right", seed, "1" * 10 + "0" * 10, "") for seed in range(3)]
    wrongs = [by_item("wrong", seed, "1" * 6 + "0" * 14) for seed in range(3)]
    (found,) = table(*rights, *wrongs).rows[0].effects
    assert found.points == "−20.0"
    assert found.interval == "−39.5 to −0.5"


def test_many_differences_are_counted_again_after_holms_correction():
    right = [by_item("right", seed, "1" * 12 + "0" * 8, "") for seed in range(3)]
    harm = [by_item("harm", seed, "0" * 20) for seed in range(3)]
    mild = [by_item(f"mild{n}", seed, "1" * 8 + "0" * 12) for seed in range(3) for n in range(19)]
    (note,) = table(*right, *harm, *mild).notes
    assert note.endswith("about 1 would exclude 0 by luck alone; of 20 shown, 1 stay so after Holm's correction.")


def test_a_seed_without_its_reference_is_left_out():
    rows = seeds((0.9, 0.9, 0.9), (0.1, 0.2, 0.1))
    assert table(*rows[1:]).rows[0].seeds == 2


def test_only_what_was_declared_to_differ_is_named():
    right = record("right", 0, 0.9, "").with_(resolved={"train": {"learning_rate": 4e-4, "epochs": 6.0}})
    train = TrainConfig(learning_rate=1e-5, stop_token="masked")
    wrong = record("wrong", 0, 0.1, train=train, generate=GenerateConfig(template="inst"))
    assert table(right, wrong).rows[0].knobs == (
        "learning_rate 1e-05 instead of 0.0004",
        "stop_token masked instead of trained",
        "asked in template inst instead of instruction_input_response",
    )


def test_a_variant_with_a_method_of_its_own_meets_the_method_of_the_same_file():
    rights = [record("right", 0, 0.9, "", method="full"), record("right", 0, 0.8, "", method="lora")]
    (row,) = table(*rights, record("no_alpha", 0, 0.3, method="lora:alpha=1")).rows
    assert row.knobs == ("method lora:alpha=1 instead of lora",)
    assert row.effects[0].points == "−50.0"


def test_a_reference_that_could_be_either_is_none():
    rights = [record("right", 0, 0.9, "", method="full"), record("right", 0, 0.8, "", method="frozen")]
    (row,) = table(*rights, record("other", 0, 0.3, method="lora")).rows
    assert row.why == "no number of right to compare with"


def test_the_untuned_model_is_nobodys_reference():
    group = groups([record("right", 0, 0.9, "", method="base"), record("wrong", 0, 0.3)])[0]
    assert group.base_of(group.tuned[0]) is None


def test_a_variant_is_compared_with_its_reference_and_not_with_the_untuned_model():
    rows = [record(v, 0, 0.5, a, method=m) for v, a in (("right", ""), ("wrong", "right")) for m in ("base", "full")]
    group = groups(rows)[0]
    names = {group.row_name(r): group.row_name(b) for r in group.records if (b := group.base_of(r))}
    assert names == {"full · right": "base · right", "base · wrong": "base · right", "full · wrong": "full · right"}


def test_rows_carry_the_variant_and_the_method_only_where_a_variant_has_several():
    group = groups(seeds((0.9, 0.8), (0.1, 0.2)))[0]
    assert [group.row_name(r) for r in group.records] == [
        "right · seed 0", "right · seed 1", "wrong · seed 0", "wrong · seed 1",
    ]  # fmt: skip


def test_the_verdict_names_the_costliest_difference_that_is_shown():
    mild = [record("mild", seed, value) for seed, value in enumerate((0.8, 0.8, 0.79))]
    noisy = [record("noisy", seed, value) for seed, value in enumerate((0.0, 0.9, 0.1))]
    text = verdict(groups([*seeds((0.9, 0.9, 0.9), (0.5, 0.48, 0.49)), *mild, *noisy]))
    assert text.startswith("Costliest difference that is shown: wrong, −41.0 points [−43.5 to −38.5] on instructions")
    assert text.endswith("against right over 3 seeds; 2 of 3 differences are shown to cost something there.")


def test_the_verdict_says_that_nothing_is_shown():
    text = verdict(groups(seeds((0.9, 0.5), (0.1, 0.9))))
    assert text == "wrong is not shown to cost anything against right over 2 seeds."
    assert "untuned base" not in text


def test_the_verdict_over_one_seed_shows_nothing():
    text = verdict(groups(seeds((0.9,), (0.1,))))
    assert text.startswith("One seed says nothing about training's own variation, so no difference is shown")


def test_a_rise_of_what_should_be_low_is_a_cost():
    rows = [
        record(v, s, x, a, "self_prompting") for s in (0, 1, 2) for v, a, x in (("right", "", 0), ("w", "right", 1))
    ]
    assert "+100 points" in costliest(table(*rows))


def test_a_variant_that_never_ran_says_why():
    rows = seeds((0.9, 0.8), ())
    lost = [replace(record("wrong", seed, 0), status="error", reason="boom", scores={}) for seed in (0, 1)]
    (row,) = table(*rows, *lost).rows
    assert (row.why, row.seeds) == ("boom", 0)


def test_a_group_without_variants_has_no_such_table():
    assert differences(groups([measured(Case("sentiment", "m", "d", "full"), 4)])[0]) is None


@pytest.mark.parametrize("width", [40, 80, 100])
def test_the_terminal_shows_differences_and_folds_many_rows(make_run, width):
    rows = seeds((0.9,) * 7, (0.5, 0.52, 0.5, 0.51, 0.5, 0.5, 0.53))
    text = terminal_table(make_run(*rows), width)
    assert "what it costs" in text
    assert "right · seed" not in text
    assert max(map(len, text.splitlines())) <= width


def test_page_and_markdown_hold_the_section_twice_the_same(tmp_path):
    from bench.report.render import write_reports

    folder = write_run(tmp_path / "run", seeds((0.9, 0.8, 0.9), (0.1, 0.2, 0.1)))
    first = {path.name: path.read_bytes() for path in write_reports(folder)}
    assert first == {path.name: path.read_bytes() for path in write_reports(folder)}
    assert all(b"What each difference costs" in first[name] for name in ("report.md", "report.html"))
    assert b'class="plots"' in first["report.html"]
