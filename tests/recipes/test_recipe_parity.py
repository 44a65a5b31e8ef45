"""What the linter says of the libraries is what the installed libraries do."""

import dataclasses
import subprocess
import sys

import pytest

from bench import catalog
from bench.recipes.facts import Facts
from bench.recipes.lint import lint_recipe
from bench.recipes.reading import names, open_recipe
from bench.recipes.today import ARGUMENTS, lora_arguments, training_arguments


@pytest.mark.parametrize("name", names())
def test_the_translated_arguments_are_accepted_today(name, tmp_path):
    from transformers import TrainingArguments

    arguments = open_recipe(name).recipe.translated.arguments
    made = TrainingArguments(output_dir=str(tmp_path), **arguments)
    assert {name: getattr(made, name) for name in arguments} == arguments


@pytest.mark.parametrize("name", [name for name in names() if "T1" in open_recipe(name).recipe.lecture])
def test_the_lectures_arguments_are_refused_where_t1_says_so(name, tmp_path):
    from transformers import TrainingArguments

    with pytest.raises(TypeError, match=r"evaluation_strategy|warmup_ratio"):
        TrainingArguments(output_dir=str(tmp_path), **open_recipe(name).recipe.as_in_the_lecture.arguments)


def test_names_read_from_the_source_are_those_of_the_class():
    from transformers import Seq2SeqTrainingArguments

    assert training_arguments() == {field.name for field in dataclasses.fields(Seq2SeqTrainingArguments)}


def test_adapter_names_read_from_the_source_are_those_of_the_class():
    from peft import LoraConfig

    assert lora_arguments() == {field.name for field in dataclasses.fields(LoraConfig)}


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_what_is_written_instead_of_a_gone_argument_exists(name):
    known = training_arguments()
    assert name not in known
    assert ARGUMENTS[name].now in known or not ARGUMENTS[name].now


def test_a_strategy_without_data_is_refused_by_the_trainer_as_t2_says(tmp_path):
    from transformers import Trainer, TrainingArguments

    arguments = open_recipe("s1_full").recipe.translated.arguments
    with pytest.raises(ValueError, match="didn't pass an `eval_dataset`"):
        Trainer(model=tiny(), args=TrainingArguments(output_dir=str(tmp_path), **arguments), train_dataset=rows())


def test_a_checkpoint_interval_that_misses_the_looks_is_refused_as_the_rule_says(tmp_path):
    from transformers import TrainingArguments

    values = {"eval_strategy": "steps", "eval_steps": 60, "save_steps": 100, "load_best_model_at_end": True}
    with pytest.raises(ValueError, match="round multiple"):
        TrainingArguments(output_dir=str(tmp_path), **values)


def test_the_trainer_counts_the_steps_that_the_linter_counts(tmp_path):
    trainer = trained(tmp_path, 11, per_device_train_batch_size=2, gradient_accumulation_steps=2, num_train_epochs=2)
    (finding,) = [found for found in lint_steps(11, 2, 2, 2) if found.rule == "few steps"]
    assert finding.message.startswith(f"{trainer.state.global_step} steps in all")


def test_an_interval_beyond_the_end_is_looked_at_and_saved_once_after_the_last_step(tmp_path):
    arguments = open_recipe("s1_full").recipe.translated.arguments
    trainer = trained(tmp_path, 4, **(arguments | {"per_device_train_batch_size": 4}))
    looks = [entry["step"] for entry in trainer.state.log_history if "eval_loss" in entry]
    assert looks == [3]
    assert [path.name for path in tmp_path.glob("checkpoint-*")] == ["checkpoint-3"]


def test_the_rate_that_a_long_warm_up_gets_to_is_the_one_that_is_reported():
    import torch
    from transformers import get_scheduler

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=5e-5)
    schedule = get_scheduler("linear", optimizer, num_warmup_steps=100, num_training_steps=75)
    for _ in range(74):
        optimizer.step()
        schedule.step()
    (finding,) = [
        found
        for found in lint_recipe(open_recipe("s1_full"), "as_in_the_lecture", Facts(examples=100))
        if found.rule == "warm-up too long"
    ]
    assert f"{schedule.get_last_lr()[0]:.2g} (T10)" in finding.message


def test_pad_as_eos_masks_every_eos_as_t3_says():
    from transformers import AutoTokenizer, DataCollatorForLanguageModeling

    tokenizer = AutoTokenizer.from_pretrained(catalog.FIXTURES / "models" / "tiny-gpt2")
    tokenizer.pad_token = tokenizer.eos_token
    ids = [*tokenizer("Yes.")["input_ids"], tokenizer.eos_token_id]
    batch = DataCollatorForLanguageModeling(tokenizer, mlm=False)([{"input_ids": ids, "labels": ids}])
    assert batch["labels"][0].tolist() == [*ids[:-1], -100]


@pytest.mark.parametrize("arguments", [["recipes"], ["recipes", "s1_full"], ["recipes", "s2_mixture", "--json"]])
def test_the_command_never_imports_torch(arguments):
    code = f"""import sys
from bench.cli import main
sys.argv = ["tunebench", *{arguments}]
try:
    main()
except SystemExit:
    assert not {{"torch", "transformers", "peft", "pandas"}} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=catalog.ROOT, stdout=subprocess.DEVNULL)


def lint_steps(examples, batch, accumulation, epochs):
    from bench.config import TrainConfig
    from bench.recipes.lint import lint_training

    config = TrainConfig(epochs=epochs, batch_size=batch, accumulation=accumulation)
    return lint_training(config, "full", examples, None)


def tiny():
    from transformers import GPT2Config, GPT2LMHeadModel

    return GPT2LMHeadModel(GPT2Config(vocab_size=16, n_positions=8, n_embd=8, n_layer=1, n_head=1))


def rows(count=4):
    return [{"input_ids": [1, 2, 3], "labels": [1, 2, 3]} for _ in range(count)]


def trained(folder, examples, **arguments):
    from transformers import Trainer, TrainingArguments

    settings = TrainingArguments(output_dir=str(folder), use_cpu=True, report_to=[], disable_tqdm=True, **arguments)
    trainer = Trainer(model=tiny(), args=settings, train_dataset=rows(examples), eval_dataset=rows(2))
    trainer.train()
    return trainer
