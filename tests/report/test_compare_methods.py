from dataclasses import replace

import pytest

from bench.case import Case
from bench.record import Output, RunRecord, Score
from bench.report.compare_methods import sources, sources_of, standing
from bench.report.groups import groups
from tests.report.sample import measured, sample_records


def judged(method, marks, seed=0, name="exact_match", value=None):
    values = {f"i{place}": float(mark) for place, mark in enumerate(marks)}
    mean = sum(values.values()) / len(values)
    score = Score(mean if value is None else value, len(values), per_example=values, floor=0.0)
    return RunRecord(
        Case("s", "m", "d", method, metrics=("exact_match", "completion"), seed=seed), "ok", scores={name: score}
    )


def stand(*records, where=None):
    return standing(groups(records)[0], where)


def letters(found):
    return {row.name: row.letters for row in found.rows}


def test_methods_that_are_not_told_apart_share_a_letter():
    found = stand(judged("base", "0" * 40), judged("full", "1" * 39 + "0"), judged("lora", "1" * 38 + "00"))
    assert letters(found) == {"full": "a", "lora": "a", "base": "b"}
    assert found.best == ("full", "lora")
    assert found.sentence == (
        "on this one training run full and lora are not told apart at the top of exact match "
        "(exact McNemar on 40 test examples, Holm over 3 pairs)"
    )


def test_a_long_tied_group_is_counted():
    found = stand(judged("base", "0" * 40), *(judged(f"lora:r={rank}", "1" * 40) for rank in range(1, 10)))
    assert "lora:r=7 and 2 more are not told apart" in found.sentence


def test_a_lone_leader_names_the_distance_to_the_others():
    found = stand(judged("full", "1" * 40), judged("lora", "1" * 20 + "0" * 20))
    assert "full is higher than lora on exact match; lora is 50.0 points [" in found.sentence
    assert not found.pairs[0].is_better


def test_no_difference_is_no_winner():
    found = stand(judged("full", "10" * 10), judged("lora", "01" * 10))
    assert "no method is told apart from another" in found.sentence
    assert found.best == ("full", "lora")


def test_where_less_is_better_the_least_leads():
    found = stand(judged("full", "0" * 40, name="self_prompting"), judged("base", "1" * 40, name="self_prompting"))
    assert (found.best, found.rows[0].name) == (("full",), "full")
    assert "full is lower than base" in found.sentence


def test_five_seeds_may_say_better():
    runs = [judged(method, "1" * right + "0" * (40 - right), seed)
            for method, rights in (("full", (38, 39, 40, 38, 39)), ("lora", (20, 22, 21, 20, 19)))
            for seed, right in enumerate(rights)]  # fmt: skip
    found = stand(*runs)
    assert found.seeds == 5
    assert found.pairs[0].is_better
    assert found.sentence.startswith("over 5 training runs each full is better than lora")


def test_seeds_that_only_one_method_has_are_left_out():
    found = stand(judged("full", "1" * 40), judged("full", "1" * 40, 1), judged("lora", "0" * 40))
    assert found.seeds == 1


def test_f1_is_tested_by_right_answers_and_gives_no_distance():
    found = stand(judged("full", "1" * 40, value=0.9), judged("lora", "0" * 40, value=0.2))
    assert "lora is below full" in found.sentence
    assert "exact McNemar of right answers" in found.sentence


def test_without_values_by_example_nothing_is_tested():
    bare = judged("full", "1" * 9)
    bare = bare.with_(scores={"exact_match": Score(0.9, 10)})
    found = stand(bare, judged("lora", "1" * 9))
    assert (found.pairs, found.sentence, found.best) == ((), "", ())
    assert found.untested == (("lora", "full"),)


@pytest.mark.parametrize("name", ["length_ratio", "my_own"])
def test_a_column_without_a_direction_has_no_best(name):
    assert stand(judged("full", "11", name=name), judged("lora", "00", name=name)) is None


def test_one_method_alone_is_no_comparison():
    assert stand(judged("full", "11")) is None


def test_variants_are_for_the_table_of_differences():
    right, wrong = judged("full", "11"), judged("full", "00")
    right = right.with_(case=replace(right.case, variant="right"))
    wrong = wrong.with_(case=replace(wrong.case, variant="wrong", against="right"))
    assert stand(right, wrong) is None


def test_the_smallest_difference_that_would_show_is_told():
    found = stand(judged("full", "1" * 100), judged("lora", "1" * 100))
    assert any("would show: 6.0 points (power 0.8 at alpha 0.05" in note for note in found.notes)


def test_sources_make_fewer_items():
    where = {f"i{place}": f"s{place // 10}" for place in range(40)}
    found = stand(judged("full", "1" * 40), judged("lora", "1" * 20 + "0" * 20), where=where)
    assert "no method is told apart" in found.sentence
    assert "40 test examples from 4 sources" in found.sentence
    assert found.rows[1].low < 0.2


def said(name, group, references=("yes",), form="template"):
    return Output(name, form, "p", "t", references, "q", group=group)


def test_the_source_is_read_from_the_group_of_an_output():
    outputs = [said("a", "ch: 1: yes"), said("b", ""), said("c", "ch: 2: no"), said("a#1", "a", form="samples")]
    assert sources_of(outputs) == {"a": "ch: 1", "c": "ch: 2: no", "a#1": "ch: 1"}


def test_samples_of_an_item_without_a_source_belong_to_the_item():
    assert sources_of([said("b", ""), said("b#1", "b", form="samples")]) == {"b#1": "b"}


def test_sources_are_read_from_the_outputs_of_a_run(make_run):
    run = make_run(*sample_records(8))
    assert sources(run, groups(run.records)[0]) == {}


def test_missing_outputs_cost_the_sources_alone(make_run):
    record = measured(Case("s", "m", "d", "full"), 4).with_(outputs_file="../../etc/passwd")
    (group,) = groups([record])
    assert sources(replace(make_run(measured(record.case, 4)), records=(record,)), group) == {}
