"""The three steps of a case inside its child process: train, generate, score. The only place that knows their order."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from bench import catalog
from bench.case import Case
from bench.data.dataset import Dataset, load_dataset
from bench.data.example import Example
from bench.prompts.rendering import Rendered, draw_shots, final_answer, render
from bench.record import Output, dump_json, read_outputs, write_atomic, write_outputs
from bench.run import fingerprint as fingerprints
from bench.run.fingerprint import Fingerprint
from bench.run.scoring import score_outputs
from bench.run.store import Step, Store

OUTPUTS = "outputs.jsonl"
SCORES = "scores.json"
Report = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class Job:
    """All that a child needs to run one case; made of plain JSON values."""

    case: dict[str, Any]
    device: str
    store: str
    keys: dict[str, str]
    """Step name -> content key."""
    weights: str = ""
    """Hash of the base model, which the parent has made already."""


def run_steps(job: Job, report: Report) -> dict[str, float]:
    """Make every step that the store does not hold. Returns the seconds spent on each one made here."""
    work = Workbench(job, report)
    seconds: dict[str, float] = {}
    for name, step in (("train", train_step), ("generate", generate_step), ("score", score_step)):
        if work.needs(name):
            report({"phase": name})
            started = time.perf_counter()
            step(work)
            seconds[name] = time.perf_counter() - started
    return seconds


class Workbench:
    """What the steps of one case share; the model stays in memory between training and generation."""

    def __init__(self, job: Job, report: Report) -> None:
        from bench.measure.environment import dtype_for

        self.case = Case.from_dict(job.case)
        self.keys, self.store, self.report = job.keys, Store(Path(job.store)), report
        self.weights = job.weights
        self.device = "cuda" if job.device == "rocm" else job.device
        self.dtype = dtype_for(self.device)
        self.dataset: Dataset = load_dataset(self.case.dataset)
        self.method, _ = catalog.load("method", self.case.method)
        family, argument = catalog.load("model", self.case.model)
        self.source = family.open(argument)
        self.config = self.method.Config()
        self.model: Any = None
        self.tokenizer: Any = None
        self.load: dict[str, Any] = {}

    def needs(self, step: str) -> bool:
        if step == "train" and (not self.method.TRAINS or self.find("generate")):
            return False
        return self.find(step) is None

    def find(self, step: str) -> Step | None:
        return self.store.find(step, self.keys[step])

    def save(self, step: str, write: Callable[[Path], Mapping[str, Any]]) -> Step:
        return self.store.save(step, self.keys[step], write)

    def template(self, form: str) -> str:
        return self.case.template if form == "template" else form

    def rendered(self, examples: Sequence[Example], form: str, shots: Sequence[Example] = ()) -> list[Rendered]:
        """The examples as conversations in a prompt form; training and asking both come through here."""
        name = self.template(form)
        return [render(example, name, tokenizer=self.tokenizer, shots=shots) for example in examples]

    def shots(self) -> tuple[Example, ...]:
        """Demonstrations before each question, the same ones for all, from the training split only."""
        return draw_shots(self.dataset.train, self.case.shots, self.case.seed) if self.case.shots else ()

    def own_form(self) -> str:
        """An untuned model is read on the raw prompt, where mimicry shows; a tuned one in its training template.

        Demonstrations are written in the template, so an untuned model that is shown some is read in it, too.
        """
        templated = self.method.TRAINS or self.case.shots > 0
        return "template" if templated and self.case.template != "raw" else "raw"

    def forms(self) -> tuple[str, ...]:
        """The own form first, then the other one, unless there is no other."""
        own = self.own_form()
        alone = self.case.template == "raw" or self.case.shots > 0
        return (own,) if alone else (own, "raw" if own == "template" else "template")

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """What this case's model is made of, from what is at hand now."""
        trains = self.method.TRAINS
        knobs = {"train": asdict(self.case.train), "method": self.case.method, "seed": self.case.seed}
        return fingerprints.fingerprint(
            self.case.template,
            self.tokenizer,
            rows=self.dataset.split_sha256("train", "validation") if trains else "",
            weights=self.weights or self.source.sha256(),
            configs=knobs | asdict(self.config) if trains else {},
        )

    def load_model(self) -> None:
        """The model on its device: trained if the store holds that, else as the method prepares it."""
        import torch

        from bench.measure.environment import threads_for
        from bench.measure.meter import baseline_bytes, memory_kind, phase
        from bench.measure.parameters import parameter_counts
        from bench.training.artifacts import restore

        baseline = baseline_bytes(self.device)
        options: dict[str, Any] = {"dtype": self.dtype, "device": self.device}
        trained = self.find("train") if self.method.TRAINS else None
        with phase(self.device) as loading:
            self.tokenizer = self.source.tokenizer()
            if trained:
                fingerprints.check(fingerprints.read(trained.folder), self.fingerprint, str(trained.folder))
                self.model = restore(self.source, self.method, self.config, trained.folder, **options)
            else:
                self.model = self.method.prepare(self.source, self.config, seed=self.case.seed, **options)
        trainable, total = parameter_counts(self.model)
        torch.set_num_threads(threads_for(total))
        self.load = {
            "load": asdict(loading.phase()),
            "memory_kind": memory_kind(self.device),
            "baseline_memory_bytes": baseline,
            "trainable_params": trainable if self.method.TRAINS else 0,
            "total_params": total,
            "threads": torch.get_num_threads(),
        }

    def context(self) -> dict[str, Any]:
        from bench.measure.environment import environment

        return {"environment": environment(self.device), "device": self.device, "dtype": str(self.dtype)}


def train_step(work: Workbench) -> None:
    from bench.measure.meter import phase
    from bench.training.artifacts import for_generation, save
    from bench.training.trainer import resolved, train

    work.load_model()
    config = resolved(work.case.train, work.method, work.load["total_params"])
    examples = work.dataset.train[: config.max_examples]
    rendered = work.rendered(examples, "template")
    with phase(work.device) as training:
        result = train(
            work.model,
            work.tokenizer,
            [each.chunks for each in rendered],
            config,
            seed=work.case.seed,
            device=work.device,
            stop=rendered[0].stop if rendered else "",
            on_progress=lambda step, total, loss, speed: work.report(
                {"phase": "train", "step": step, "total": total, "loss": loss, "tokens_per_second": speed}
            ),
        )

    def write(folder: Path) -> dict[str, Any]:
        size = save(work.model, folder)
        fingerprints.write(folder, work.fingerprint)
        return {
            **work.load,
            **work.context(),
            "train": asdict(
                training.phase(
                    useful_tokens=result.useful_tokens,
                    padded_tokens=result.padded_tokens,
                    loss_tokens=result.loss_tokens,
                )
            ),
            "adapter_bytes": size,
            "loss_curve": result.loss_curve,
            "resolved": {
                "train": {**asdict(config), **result.resolved, "left_out": result.left_out},
                "escaped": sum(each.escaped for each in rendered),
                "method": asdict(work.config),
            },
        }

    work.save("train", write)
    work.model = for_generation(work.model, work.dtype)


def generate_step(work: Workbench) -> None:
    if work.model is None:
        work.load_model()
    started, first = time.perf_counter(), work.own_form()
    config = resolved_generation(work, work.tokenizer)
    asked = {form: ask(work, work.tokenizer, config, form) for form in work.forms()}
    seconds = time.perf_counter() - started

    def write(folder: Path) -> dict[str, Any]:
        write_outputs(folder / OUTPUTS, tuple(o for outputs, _ in asked.values() for o in outputs))
        return {
            **work.load,
            **work.context(),
            "generate": asked[first][1],
            # The other prompt form and finding the length limit: generation, but not the case's own speed.
            "probe_seconds": seconds - asked[first][1]["seconds"],
            "fingerprint": work.fingerprint.as_dict(),
            "resolved": {
                "generate": asdict(config),
                "form": first,
                "shots": [shot.id for shot in work.shots()],
            },
        }

    work.save("generate", write)


def resolved_generation(work: Workbench, tokenizer: Any) -> Any:
    """The case's settings with a limit that the training answers need and the model's positions leave room for."""
    from bench.generation.generate import max_new_tokens_for, room_after

    config = work.case.generate
    if config.max_new_tokens is not None:
        return config
    asked = work.dataset.test[: config.max_examples]
    rendered = [each for form in work.forms() for each in work.rendered(asked, form, work.shots())]
    stop = rendered[0].stop if rendered else ""
    room = room_after(work.model, tokenizer, [prompt_of(each) for each in rendered], stop=stop)
    answers = [example.response for example in work.dataset.train]
    return replace(config, max_new_tokens=max_new_tokens_for(tokenizer, answers, room=room))


def ask(work: Workbench, tokenizer: Any, config: Any, form: str) -> tuple[list[Output], dict[str, Any]]:
    """Outputs of all test examples in one prompt form, and what they cost."""
    from bench.generation.generate import generate
    from bench.measure.meter import phase

    examples = work.dataset.test[: config.max_examples]
    rendered = work.rendered(examples, form, work.shots())
    with phase(work.device) as generating:
        answers = generate(
            work.model,
            tokenizer,
            [prompt_of(each) for each in rendered],
            config,
            device=work.device,
            seed=work.case.seed,
            stop=rendered[0].stop if rendered else "",
            on_progress=lambda done, total, speed: work.report(
                {"phase": "generate", "step": done, "total": total, "tokens_per_second": speed}
            ),
        )
    rows = zip(examples, rendered, answers, strict=True)
    template = work.template(form)
    outputs = [output(example, form, template, each.prompt, answer) for example, each, answer in rows]
    return outputs, asdict(generating.phase(useful_tokens=sum(answer.new_tokens for answer in answers)))


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
        prompt_tokens=answer.prompt_tokens,
        new_tokens=answer.new_tokens,
        finished=answer.finished,
    )


def score_step(work: Workbench) -> None:
    generated = work.find("generate")
    if generated is None:
        raise RuntimeError("scoring follows generation, and its outputs are not in the store")
    refuse_alien_outputs(work, generated)
    started = time.perf_counter()
    outputs = read_outputs(generated.folder / OUTPUTS)
    scores = score_outputs(outputs, work.case.metrics, work.own_form(), work.source.no_quality)
    seconds = time.perf_counter() - started

    def write(folder: Path) -> dict[str, Any]:
        write_atomic(folder / SCORES, dump_json({name: asdict(score) for name, score in scores.items()}))
        return {"seconds": seconds}

    work.save("score", write)


def refuse_alien_outputs(work: Workbench, generated: Step) -> None:
    """Outputs are scored for the model that they say they are of, and for no other."""
    trained = work.find("train") if work.method.TRAINS else None
    if trained:
        said = {key: value for key, value in generated.info["fingerprint"].items() if key != "id"}
        fingerprints.check(fingerprints.read(trained.folder), Fingerprint(**said), str(generated.folder))
