"""Asks a case's model: test questions in each prompt form, samples, likelihoods, and the loss on held-out text."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from bench.data.example import Example
from bench.data.held_out import PATH, held_out_rows
from bench.measure.packages import versions
from bench.prompts.rendering import Rendered, final_answer
from bench.record import Output
from bench.run.keys import LIBRARIES, code_sha256, digest, file_sha256
from bench.run.workbench import Workbench


def resolved_generation(work: Workbench, tokenizer: Any) -> Any:
    """The case's settings with a limit that the training answers need and the model's positions leave room for."""
    from bench.generation.generate import max_new_tokens_for, room_after

    config = work.case.generate
    if config.max_new_tokens is not None:
        return config
    asked = work.dataset.test[: config.max_examples]
    rendered = [each for form in work.forms() for each in work.asked(asked, form, work.shots())]
    stop = rendered[0].stop if rendered else ""
    room = room_after(work.model, tokenizer, [prompt_of(each) for each in rendered], stop=stop)
    answers = [example.response for example in work.dataset.train]
    return replace(config, max_new_tokens=max_new_tokens_for(tokenizer, answers, room=room))


def ask(work: Workbench, tokenizer: Any, config: Any, form: str) -> tuple[list[Output], dict[str, Any]]:
    """Outputs of all test examples in one prompt form, and what they cost."""
    from bench.measure.meter import phase

    examples = work.dataset.test[: config.max_examples]
    rendered = work.asked(examples, form, work.shots())
    with phase(work.device) as generating:
        answers = answered(work, rendered, config)
    rows = zip(examples, rendered, answers, strict=True)
    template = work.template(form)
    outputs = [output(example, form, template, each.prompt, answer) for example, each, answer in rows]
    cost = asdict(generating.phase(useful_tokens=sum(answer.new_tokens for answer in answers)))
    return with_likelihoods(work, outputs, rendered), cost


def answered(work: Workbench, rendered: Sequence[Rendered], config: Any, seed: int = 0) -> list[Any]:
    """The model's continuation of each prompt."""
    from bench.generation.generate import generate

    return generate(
        work.model,
        work.tokenizer,
        [prompt_of(each) for each in rendered],
        config,
        device=work.device,
        seed=work.case.seed + seed,
        stop=rendered[0].stop if rendered else "",
        on_progress=lambda done, total, speed: work.report(
            {"phase": "generate", "step": done, "total": total, "tokens_per_second": speed}
        ),
    )


def sampled(work: Workbench, config: Any) -> list[Output]:
    """The answers sampled in the case's own prompt form, form "samples"; [] where none were asked for."""
    examples = work.dataset.test[: config.max_examples]
    template = work.template(work.own_form())
    rendered = work.asked(examples, work.own_form(), work.shots()) if config.samples else []
    warm = replace(config, temperature=config.sample_temperature)
    found = []
    for number in range(1, config.samples + 1):
        answers = answered(work, rendered, warm, seed=number * 1_000_003)
        for example, each, answer in zip(examples, rendered, answers, strict=True):
            said = output(example, "samples", template, each.prompt, answer)
            found.append(replace(said, example_id=f"{example.id}#{number}", group=example.id))
    return found


def with_likelihoods(work: Workbench, outputs: list[Output], rendered: Sequence[Rendered]) -> list[Output]:
    """The outputs with the log-probability of the reference and of another question, and the refusal logit."""
    from bench.generation.likelihood import likelihoods

    prompts = [prompt_of(each) for each in rendered]
    answers = [each.chunks[-1][1] for each in rendered]
    others = other_questions(outputs)
    options = {"device": work.device, "stop": rendered[0].stop if rendered else ""}
    gold = likelihoods(work.model, work.tokenizer, prompts, answers, **options)
    distractor = likelihoods(work.model, work.tokenizer, prompts, others, **options)
    return [
        replace(
            said,
            reference_logprob=right.mean if right else None,
            distractor_logprob=wrong.mean if wrong else None,
            refusal_logit=right.refusal_logit if right else None,
        )
        for said, right, wrong in zip(outputs, gold, distractor, strict=True)
    ]


def other_questions(outputs: Sequence[Output]) -> list[str]:
    """For each output the question of another one that is nearest in length to the reference; "" if there is none."""
    questions = sorted({output.instruction for output in outputs})
    return [nearest_in_length(output, questions) for output in outputs]


def nearest_in_length(output: Output, questions: Sequence[str]) -> str:
    wanted = len(output.references[0]) if output.references else 0
    others = (question for question in questions if question != output.instruction)
    return min(others, key=lambda question: abs(len(question) - wanted), default="")


def held_out_likelihoods(work: Workbench) -> list[Any]:
    """Of each held-out text, by the model as it is now."""
    from bench.generation.likelihood import text_likelihoods

    texts = [row["text"] for row in held_out_rows()]
    return text_likelihoods(work.model, work.tokenizer, texts, device=work.device)


def held_out_before(work: Workbench) -> list[float | None]:
    """The loss of each held-out text before training, in nats; the same for every case that starts from this model."""
    parts = [work.weights or work.source.sha256(), work.case.method, asdict(work.config), work.dtype, work.device]
    code = [code_sha256(work.method.__name__), code_sha256("bench.generation.likelihood"), versions(LIBRARIES)]

    def make() -> list[float | None]:
        return [found and -found.logprob for found in held_out_likelihoods(work)]

    found: list[float | None] = work.store.remember(digest("held out", file_sha256(PATH), parts, code), make)
    return found


def held_out(work: Workbench) -> list[Output]:
    """The loss on held-out text, and that of the model before training where it was trained."""
    trained = work.find("train") if work.method.TRAINS else None
    rows = held_out_rows()
    before = trained.info["held_out_nll"] if trained else [None] * len(rows)
    return [
        Output(
            row["id"],
            "held_out",
            prompt="",
            text="",
            references=(),
            instruction="",
            nll=-found.logprob,
            nll_before=nll,
            nll_tokens=found.tokens,
        )
        for row, found, nll in zip(rows, held_out_likelihoods(work), before, strict=True)
        if found
    ]


def prompt_of(rendered: Rendered) -> Sequence[str]:
    """Prompt, answer, prompt, ... up to the last prompt: all but the answer that is to be given."""
    return tuple(text for chunk in rendered.chunks for text in chunk)[:-1]


def output(example: Example, form: str, template: str, prompt: str, answer: Any) -> Output:
    parsed = final_answer(answer.text, template)
    return Output(
        example_id=example.id,
        form=form,
        prompt=prompt,
        text=answer.text,
        references=example.responses,
        instruction=example.instruction,
        input=example.input,
        category=example.category,
        label=example.label,
        expect=example.expect,
        checks=example.checks,
        answer=None if parsed == answer.text else parsed,
        # Examples of one source with the same answer ask the same question in other words.
        group=f"{example.source}: {example.responses[0]}" if example.source and example.responses else "",
        prompt_tokens=answer.prompt_tokens,
        new_tokens=answer.new_tokens,
        finished=answer.finished,
    )
