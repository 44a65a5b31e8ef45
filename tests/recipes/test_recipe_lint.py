import re
from dataclasses import replace

import pytest

from bench import catalog
from bench.config import TrainConfig
from bench.recipes.facts import Facts, known, split_sizes
from bench.recipes.lint import RULES, lint_recipe, lint_training
from bench.recipes.reading import names, open_recipe

BY_HAND = '[as_in_the_lecture.lora_by_hand]\ninitial_a = "random"\ninitial_b = "random"\nscaled = false\n'
WITH_EVALUATION = """[as_in_the_lecture.arguments]
eval_strategy = "steps"
load_best_model_at_end = true
"""


def said(findings):
    return [finding.message for finding in findings]


def found(file, form="as_in_the_lecture", **facts):
    return lint_recipe(file, form, Facts(**facts))


def rules_of(findings):
    return {finding.rule for finding in findings}


@pytest.mark.parametrize("name", names())
def test_the_corrected_form_of_every_recipe_has_nothing_left_to_correct(name):
    for profile in ("cpu", "gpu"):
        findings = lint_recipe(open_recipe(name), "corrected", profile=profile)
        assert said(findings) == []


@pytest.mark.parametrize("name", names())
def test_the_lectures_form_has_an_error_for_each_trap_that_the_recipe_names(name):
    file = open_recipe(name)
    traps = [line for line in file.recipe.lecture if line.startswith("T")]
    messages = " ".join(said(lint_recipe(file, "as_in_the_lecture")))
    for trap in traps:
        assert re.search(rf"\b{trap}\b", messages), trap


def test_every_trap_that_trains_is_explained_by_a_recipe():
    lines = {line for name in names() for line in open_recipe(name).recipe.lecture}
    assert {f"T{number}" for number in range(1, 12)} <= lines


def test_a_warm_up_longer_than_training_names_the_rate_that_is_not_reached():
    findings = found(open_recipe("s1_full"), examples=100)
    expected = "warmup_steps 100 > 75 total steps: the learning rate never reaches 5e-05; it gets to 3.7e-05 (T10)"
    assert expected in said(findings)


def test_the_number_of_examples_decides_what_is_too_long():
    rules = rules_of(found(open_recipe("s1_full"), examples=10_000))
    assert not {"warm-up too long", "evaluated too rarely", "saved too rarely"} & rules


def test_a_finding_stands_at_the_line_of_its_setting():
    file = open_recipe("s1_full")
    where = {finding.rule: finding.where for finding in found(file)}
    line = int(where["stop token untrained"].partition(":")[2])
    assert file.text.splitlines()[line - 1].startswith("data_collator")


def test_gone_arguments_are_named_with_what_to_write_instead():
    messages = said(found(open_recipe("s2_mixture")))
    assert any(
        "evaluation_strategy is gone" in text and 'write eval_strategy="steps" (T1)' in text for text in messages
    )
    assert any("warmup_ratio is gone" in text and "write warmup_steps=0.1 (T1)" in text for text in messages)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[as_in_the_lecture.arguments]\nlearning_rat = 1e-5", "has no learning_rat. Did you mean 'learning_rate'"),
        ("[as_in_the_lecture.arguments]\noverwrite_output_dir = true", "in any case): leave it out (T1)"),
        ("[as_in_the_lecture.lora]\nrank = 8", "LoraConfig has no rank"),
        ('[as_in_the_lecture]\ncalls = ["evaluate.load"]', "fails offline; use rouge-score (T11)"),
        ('[as_in_the_lecture]\nundefined = ["dataset"]', "the code uses dataset and never makes it"),
        ('[as_in_the_lecture]\ndataset = "financial_phrasebank"', "is a script on the Hub"),
        ('[as_in_the_lecture]\npad_token = "none"', "has no pad token and none is set"),
        ('[as_in_the_lecture]\nlabels = "none"', "the Trainer finds no loss"),
        ('[as_in_the_lecture]\nmixture = "first rows"', "takes the first rows of its task"),
        ('[as_in_the_lecture]\nmetric_reads = "logits"', "decodes logits"),
        ('[as_in_the_lecture]\ngenerate = { prompt = "text" }', "it takes token ids"),
        ("[as_in_the_lecture]\ngenerate = { temperature = 0.7 }", "temperature without do_sample=True is ignored"),
        ("[as_in_the_lecture]\ngenerate = { max_length = 200 }", "max_length 200 counts the prompt"),
        ("[as_in_the_lecture]\ngenerate = { wraps = 2 }", "put into the template 2 times"),
        ('[as_in_the_lecture]\ngenerate = { last_turn = "twice" }', "stands there twice"),
        ("[as_in_the_lecture]\ntrain_function = false", "never trains it"),
        ("[as_in_the_lecture.quantisation]\nload_in_4bit = true", "four-bit weights cannot be trained"),
        (BY_HAND, "A and B are both random"),
        (BY_HAND, "no alpha / r"),
        ('[as_in_the_lecture]\nlora_by_hand = { product = "in, out" }', "A @ B is (in, out)"),
        ('[as_in_the_lecture]\nlora_by_hand = { initial_a = "zero" }', "neither ever gets a gradient"),
        ("[as_in_the_lecture.lora]\nr = 64", "r 64 without lora_alpha: peft's 8 scales the update by 0.125"),
        (
            '[as_in_the_lecture]\neval_dataset = false\narguments = { eval_strategy = "epoch" }',
            "its constructor raises",
        ),
        (WITH_EVALUATION + "eval_steps = 60\nsave_steps = 100", "save_steps 100 is no multiple of eval_steps 60"),
        (WITH_EVALUATION + 'save_strategy = "epoch"', "evaluation by steps and saving by epoch"),
        ("[as_in_the_lecture.arguments]\nmax_steps = 50\nnum_train_epochs = 3", "max_steps 50 replaces num_train_epo"),
        ("[as_in_the_lecture.arguments]\nlearning_rate = 1e-8", "times below 0.00039, full's own for 2.07M parameters"),
        ("[as_in_the_lecture.arguments]\nlabel_smoothing_factor = 0.5", "label_smoothing_factor 0.5 takes 50 %"),
        ("[corrected]\nmethods = ['lora:r=64:alpha=16']", "alpha 16 / r 64 scales the update by 0.25"),
        ("[corrected]\nmethods = ['lora:rank=8']", "'rank' is no option of this method"),
        ("[corrected]\nmethods = ['lore']", "unknown method 'lore'. Did you mean 'lora'"),
        ("[corrected]\nmodels = { cpu = 'tiny-gpt3' }", "unknown model 'tiny-gpt3'. Did you mean 'tiny-gpt2'"),
        ("[corrected]\ndataset = 'everydya'", "everydya"),
        ("[corrected.train]\nstop_token = 'masked'", "bears no loss (masked): the model never learns to stop (T3)"),
        ("[corrected.train]\nloss_on = 'all'", "the prompt bears loss"),
        ("[corrected.train]\nmax_length = 300", "max_length 300 > 256 positions of tiny-gpt2"),
        ("[corrected.train]\nepochs = 40", "epochs 40 without early stopping"),
        ("[corrected.train]\nbatch_size = 600", "batch_size 600 > 501 training examples"),
        ("[corrected.train]\naccumulation = 40", "effective batch 16 x 40 = 640 > 501 examples"),
        ("[corrected.train]\nmax_steps = 5", "5 steps in all (501 examples, 16 a step)"),
        ("[corrected.train]\nmax_examples = 50", "50 training examples"),
        ("[corrected.train]\nepochs = 3\nearly_stopping = 3\nevaluate_every = 40", "with 2 looks in 96 steps"),
        ("[corrected.generate]\ntop_k = 50", "top_k with temperature 0 is ignored"),
        ("[corrected.generate]\ntemperature = 1.5", "temperature 1.5 invites gibberish"),
        ("[corrected.generate]\nrepetition_penalty = 2", "repetition_penalty 2 also punishes"),
        ("[corrected.generate]\ntemplate = 'alpaca'", "trained in instruction_response, asked in alpaca"),
        ("[corrected.generate]\nmax_new_tokens = 256", "leaves no room for a prompt in 256 positions"),
    ],
)
def test_each_mistake_is_found(recipe, text, message):
    file = recipe(text)
    messages = said(found(file, file.recipe.forms[0]))
    assert any(message in line for line in messages), messages


def test_every_rule_has_a_name_of_its_own():
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_a_sound_recipe_has_no_finding(recipe):
    assert found(recipe("[corrected]"), "corrected") == []


def test_errors_stand_before_warnings(recipe):
    file = recipe("[corrected.train]\nloss_on = 'all'\nstop_token = 'absent'")
    assert [finding.severity for finding in found(file, "corrected")] == ["error", "warning"]


def test_a_setting_that_two_methods_share_is_said_once(recipe):
    file = recipe("[corrected]\nmethods = ['full', 'lora']\ntrain = { stop_token = 'absent' }")
    assert len(found(file, "corrected")) == 1


def test_a_lecture_that_is_no_recipe_is_one_line(recipe):
    file = recipe("[as_in_the_lecture.arguments]\nnum_train_epochs = -1")
    with pytest.raises(ValueError, match=r"mine\.toml:7: \[as_in_the_lecture\] cannot be read as a recipe: train\.epo"):
        found(file)


@pytest.mark.parametrize("method", catalog.names("method"))
def test_the_default_training_of_every_method_has_no_finding(method):
    assert lint_training(TrainConfig(), method, 501, 256, parameters=2_000_000, validation=94) == []


def test_the_untuned_model_has_no_finding():
    assert lint_training(TrainConfig(stop_token="absent", warmup_steps=900), "base", 10, 256) == []


def test_any_case_can_be_checked_by_its_config():
    (finding,) = lint_training(TrainConfig(warmup_steps=100, epochs=3, batch_size=4), "full", 100, None)
    assert (finding.where, finding.severity) == ("train.warmup_steps", "error")
    assert finding.message == "warmup_steps 100 > 75 total steps: the learning rate never reaches its peak (T10)"


@pytest.mark.parametrize("budget", [{"max_tokens": 1000}, {"max_seconds": 5.0}])
def test_a_budget_leaves_the_number_of_steps_open(budget):
    config = replace(TrainConfig(warmup_steps=10_000), **budget)
    assert lint_training(config, "full", 501, 256) == []


def test_without_a_number_of_examples_no_length_is_judged():
    assert lint_training(TrainConfig(warmup_steps=10_000), "full", None, None) == []


def test_best_weights_without_a_validation_split_are_an_error():
    (finding,) = lint_training(TrainConfig(restore_best=True), "full", 501, 256, validation=0)
    assert finding.message == "restore_best needs a validation split, and the dataset has none (T2)"


def test_a_rate_of_full_tuning_is_a_warning_for_adapters_alone():
    config = TrainConfig(learning_rate=2e-5)
    assert "rate of full tuning" in rules_of(lint_training(config, "lora", 501, 1024, parameters=124_000_000))
    assert lint_training(config, "full", 501, 1024, parameters=124_000_000) == []


def test_facts_of_a_fixture_are_read_from_its_files():
    facts = known("tiny-gpt2", "everyday")
    assert (facts.examples, facts.validation, facts.positions) == (501, 94, 256)
    assert facts.parameters == 2_074_752
    assert facts.encoder_decoder is False


def test_a_mixture_is_as_large_as_it_is_drawn():
    from bench.data.dataset import load_dataset

    data = load_dataset("everyday_and_headlines")
    assert split_sizes("everyday_and_headlines") == (len(data.train), len(data.validation))


def test_nothing_is_known_of_a_dataset_on_the_hub():
    assert split_sizes("alpaca") is None
