import pytest

from bench.metrics import consistency


def asked(output, *texts, group="g", **fields):
    return [output(text, group=group, **fields) for text in texts]


def values(outputs):
    scores = consistency.score(outputs)
    return scores["consistency"].value, scores["agreement_majority"].value


def test_one_odd_answer_of_three_leaves_one_agreeing_pair(output):
    assert values(asked(output, "Paris", "paris.", "Rome")) == (pytest.approx(1 / 3), pytest.approx(2 / 3))


def test_groups_count_alike_whatever_their_size(output):
    outputs = asked(output, "Rome", "Rome") + asked(output, "a b", "c d", "e f", "g h", group="other")
    assert values(outputs) == (0.5, (1 + 1 / 4) / 2)
    assert consistency.score(outputs)["consistency"].per_example == {"g": 1.0, "other": 0.0}


def test_samples_of_one_example_are_a_group_by_their_id(output):
    outputs = [output(text, example_id="e") for text in ("Rome", "Rome")]
    assert values(outputs) == (1.0, 1.0)


def test_paraphrases_are_compared_across_their_prompts(output):
    outputs = [output("Rome", instruction=asked, group="g") for asked in ("Italy's capital?", "Capital of Italy?")]
    assert values(outputs) == (1.0, 1.0)


def test_long_answers_agree_as_far_as_their_words_do(output):
    outputs = asked(output, "one two three four five six", "one two three four five seven")
    assert values(outputs) == (pytest.approx(5 / 6), 0.5)


def test_repeated_words_are_shared_as_often_as_both_say_them(output):
    assert values(asked(output, "ho " * 6, "ho ho x y z u"))[0] == pytest.approx(2 * 2 / 12)


def test_short_answers_that_differ_share_nothing(output):
    assert values(asked(output, "in the year 1990", "in the year 1991"))[0] == 0


def test_the_choice_a_is_an_answer_though_squad_drops_articles(output):
    assert values(asked(output, "A", "a.", "B")) == (pytest.approx(1 / 3), pytest.approx(2 / 3))


def test_a_single_answer_is_unscored_with_the_reason(output):
    score = consistency.score([output("Rome"), output("Paris")])["consistency"]
    assert (score.value, score.n, score.unscored) == (None, 0, 2)
    assert "only once" in score.why


def test_silence_agrees_with_nothing(output):
    assert values(asked(output, "Rome", "", None, "Rome")) == (pytest.approx(1 / 6), 0.5)


def test_a_group_that_never_answers_is_no_consistency(output):
    score = consistency.score(asked(output, "", None, " "))["consistency"]
    assert (score.value, score.unscored) == (None, 3)
    assert "empty" in score.why


def test_answers_beyond_the_fiftieth_are_counted_as_unscored(output):
    score = consistency.score(asked(output, *["Rome"] * 60))["consistency"]
    assert (score.n, score.unscored, score.parts["groups"]) == (50, 10, 1.0)


def test_the_parsed_answer_counts_not_the_thoughts_before_it(output):
    outputs = [output(f"{thought} So: 4", answer="4", group="g") for thought in ("Two and two.", "Count them.")]
    assert values(outputs) == (1.0, 1.0)
