from dataclasses import replace

import pytest

from bench.case import Case
from bench.config import TrainConfig
from bench.record import Claim, RunRecord, Score
from bench.report.compare_methods import standing
from bench.report.groups import groups
from bench.report.verdict import claims_sentence, group_verdict, verdict
from tests.report.sample import cases_of, measured, sample_records


def scored(method, value, low=None, high=None, seed=0, name="rougeL"):
    case = Case("s", "m", "d", method, metrics=("rouge:L", "instruction_following"), seed=seed)
    return RunRecord(case, "ok", scores={name: Score(value, 50, low=low, high=high)})


def said(*records):
    return verdict(groups(records))


def test_a_mimic_that_became_an_answerer():
    text = said(*sample_records(60))
    assert text.startswith(
        "On this one training run, fine-tuning turned a model that mimics "
        "(98 % self-prompting, 2 % of instructions followed) into one that answers: full 95 % [89–100]"
    )
    assert text.endswith(
        "full, lora and qlora are not told apart at the top of instructions followed "
        "(exact McNemar on 60 test examples, Holm over 6 pairs)."
    )


def test_higher_without_mimicry():
    text = said(scored("base", 0.2, 0.1, 0.3), scored("full", 0.6, 0.5, 0.7))
    assert "fine-tuning raised ROUGE-L from base 0.200 [0.10–0.30] to full 0.600 [0.50–0.70];" in text


def test_overlapping_intervals_are_no_difference():
    text = said(scored("base", 0.4, 0.3, 0.5), scored("full", 0.45, 0.35, 0.55), scored("lora", 0.1, 0.05, 0.15))
    assert "lower with lora 0.100" in text
    assert "not clearly different with full 0.450" in text


def test_without_intervals_nothing_is_called_higher():
    assert "no clear effect" in said(scored("base", 0.1), scored("full", 0.9))


def test_without_a_base_row_no_change_is_told():
    text = said(scored("full", 0.6, 0.5, 0.7))
    assert "without an untuned base row" in text
    assert "raised" not in text


def test_only_the_base_was_measured():
    assert said(scored("base", 0.2)).startswith("Only the untuned model was measured: base 0.200")


def test_nothing_ran():
    skipped = RunRecord(cases_of("s", "d")[0], "skipped", "needs CUDA")
    assert said(skipped) == "Nothing was measured: 1 case skipped."
    assert verdict([]) == "Nothing was planned, so there is nothing to report."


def test_failed_cases_stay_in_the_sentence():
    lora = RunRecord(Case("s", "m", "d", "lora"), "error", "boom")
    assert "1 case ended in an error" in said(scored("base", 0.2, 0.1, 0.3), scored("full", 0.6, 0.5, 0.7), lora)


def test_several_seeds_give_a_range_and_no_rank():
    records = [
        scored(method, value, value - 0.05, value + 0.05, seed)
        for seed, value in enumerate((0.6, 0.7))
        for method in ("full",)
    ]
    bases = [scored("base", 0.1, 0.05, 0.15, seed) for seed in (0, 1)]
    assert (
        "full 0.600 to 0.700 over 2 seeds; 50 test examples and 2 seeds, shown apart; methods are not ranked"
        in said(*bases, *records)
    )


def test_two_runs_of_one_seed_are_not_two_seeds():
    full = scored("full", 0.6, 0.5, 0.7)
    again = replace(full, case=replace(full.case, train=TrainConfig(epochs=1)))
    assert "full 0.600 in each of 2 runs" in said(scored("base", 0.1, 0.05, 0.15), full, again)


def judged(method, marks, seed=0):
    """A record whose items are right ("1") or wrong ("0")."""
    values = {str(place): float(mark) for place, mark in enumerate(marks)}
    value = sum(values.values()) / len(values)
    case = Case("s", "m", "d", method, metrics=("exact_match",), seed=seed)
    return RunRecord(case, "ok", scores={"exact_match": Score(value, len(values), per_example=values)})


def test_one_training_run_never_says_better():
    text = said(judged("base", "0" * 40), judged("full", "1" * 40), judged("lora", "1" * 20 + "0" * 20))
    assert text.startswith("On this one training run, fine-tuning raised exact match")
    assert "full is higher than every other" in text
    assert "lora is 50.0 points [" in text
    assert "better" not in text


def test_several_seeds_may_say_better():
    marks = {"base": ("0" * 40,) * 3, "full": ("1" * 40, "1" * 39 + "0", "1" * 40), "lora": ("10" * 20,) * 3}
    records = [judged(method, each, seed) for method, seeds in marks.items() for seed, each in enumerate(seeds)]
    text = said(*records)
    assert text.startswith("Fine-tuning raised exact match from base 0 %")
    assert "full is better than every other on exact match" in text
    assert "Student's t over seeds and items on 40 test examples, Holm over 3 pairs" in text


def test_a_change_that_the_paired_test_does_not_show_is_no_effect():
    assert "showed no clear effect" in said(judged("base", "0" * 40), judged("full", "1" * 4 + "0" * 36))


def test_items_of_one_source_weigh_less():
    records = judged("base", "0" * 40), judged("full", "1" * 20 + "0" * 20)
    sources = {str(place): f"s{place // 10}" for place in range(40)}
    assert "raised" in verdict(groups(records))
    assert "no clear effect" in verdict(groups(records), lambda group: standing(group, sources))


def test_the_group_with_a_base_row_leads():
    alone = measured(Case("a", "m", "everyday", "full", metrics=("instruction_following",)), 20)
    assert "raised" in said(alone, scored("base", 0.2, 0.1, 0.3), scored("full", 0.6, 0.5, 0.7))


@pytest.mark.parametrize(
    ("outcomes", "text"),
    [
        ([], "No claims were made."),
        (["passed"] * 3, "All 3 claims passed."),
        (["passed", "failed"], "1 of 2 claims failed."),
        (["passed", "skipped"], "1 of 2 claims passed."),
    ],
)
def test_claims_are_counted(outcomes, text):
    assert claims_sentence([Claim("n", "c", outcome) for outcome in outcomes]) == text


def test_a_suite_without_metrics_is_about_costs_and_not_a_failure():
    case = Case("cost", "tiny-gpt2", "everyday", "lora")
    (group,) = groups([RunRecord(case, "ok")])
    assert group_verdict(group) == "Costs only: this suite asks for no quality."
