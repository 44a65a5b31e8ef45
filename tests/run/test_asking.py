"""What a case asks beside its test questions, with a real model in this process."""

from dataclasses import replace

import pytest

from bench.case import Case
from bench.config import GenerateConfig
from bench.data.held_out import held_out_rows
from bench.errors import UserError
from bench.record import Output
from bench.run.asking import ask, held_out, nearest_in_length, other_questions, sampled
from bench.run.workbench import Job, Workbench

GENERATE = GenerateConfig(max_new_tokens=8, max_examples=3, samples=2)


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    case = Case("try", "tiny-gpt2", "everyday", "base", generate=GENERATE)
    steps = dict.fromkeys(("train", "generate", "score"), "0" * 64)
    made = Workbench(Job(case.as_dict(), "cpu", str(tmp_path_factory.mktemp("store")), steps), lambda _: None)
    made.load_model()
    return made


def test_every_output_knows_how_probable_its_reference_and_another_question_are(work):
    outputs, cost = ask(work, work.tokenizer, GENERATE, "raw")
    assert len(outputs) == 3
    assert all(o.reference_logprob < 0 and o.distractor_logprob < 0 and o.refusal_logit < 5 for o in outputs)
    assert cost["seconds"] > 0


def test_samples_have_ids_of_their_own_and_the_question_as_their_group(work):
    found = sampled(work, GENERATE)
    names = [example.id for example in work.dataset.test[:3]]
    assert [o.example_id for o in found] == [f"{name}#{number}" for number in (1, 2) for name in names]
    assert [o.group for o in found] == names * 2
    assert {o.form for o in found} == {"samples"}


def test_samples_differ_and_are_the_same_on_every_run(work):
    first, second = sampled(work, GENERATE), sampled(work, GENERATE)
    assert [o.text for o in first] == [o.text for o in second]
    assert [o.text for o in first[:3]] != [o.text for o in first[3:]]


def test_no_samples_are_taken_unless_asked_for(work):
    assert sampled(work, replace(GENERATE, samples=0)) == []


def test_an_untuned_model_has_a_loss_on_held_out_text_and_none_before(work):
    outputs = held_out(work)
    assert len(outputs) == len(held_out_rows()) >= 90
    assert all(o.nll > 0 and o.nll_tokens > 0 and o.nll_before is None for o in outputs)


def test_the_other_question_is_the_one_nearest_in_length_to_the_reference():
    own = Output("a", "raw", "p", "", ("12345678",), "Why?")
    assert nearest_in_length(own, ["Why?", "Who came?", "A very long question it is."]) == "Who came?"


def test_one_question_alone_has_no_other():
    assert other_questions([Output("a", "raw", "p", "", ("b",), "Why?")]) == [""]


@pytest.mark.parametrize("wrong", [{"samples": 1}, {"samples": -1}, {"sample_temperature": 0.0}])
def test_samples_that_cannot_be_compared_are_refused(wrong):
    with pytest.raises(UserError, match=r"generate\.sample"):
        GenerateConfig(**wrong)
