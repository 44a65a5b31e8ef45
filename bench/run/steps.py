"""The three steps of a case inside its child process: train, generate, score. The only place that knows their order."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bench import catalog
from bench.case import Case
from bench.data.dataset import Dataset, Example, load_dataset
from bench.record import Output, dump_json, read_outputs, write_atomic, write_outputs
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

    def prompt(self, example: Example, form: str) -> str:
        name = self.case.template if form == "template" else form
        return catalog.load("template", name)[0].prompt(example)

    def own_form(self) -> str:
        """An untuned model is read on the raw prompt, where mimicry shows; a tuned one in its training template."""
        return "template" if self.method.TRAINS and self.case.template != "raw" else "raw"

    def forms(self) -> tuple[str, ...]:
        """The own form first, then the other one, unless the template is the bare instruction itself."""
        own = self.own_form()
        return (own,) if self.case.template == "raw" else (own, "raw" if own == "template" else "template")

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
    pairs = [(work.prompt(example, "template"), example.response) for example in examples]
    with phase(work.device) as training:
        result = train(
            work.model,
            work.tokenizer,
            pairs,
            config,
            seed=work.case.seed,
            device=work.device,
            on_progress=lambda step, total, loss, speed: work.report(
                {"phase": "train", "step": step, "total": total, "loss": loss, "tokens_per_second": speed}
            ),
        )

    def write(folder: Path) -> dict[str, Any]:
        size = save(work.model, folder)
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
            "resolved": {"generate": asdict(config), "form": first},
        }

    work.save("generate", write)


def resolved_generation(work: Workbench, tokenizer: Any) -> Any:
    """The case's settings with a limit that the training answers need and the model's positions leave room for."""
    from bench.generation.generate import max_new_tokens_for, room_after

    config = work.case.generate
    if config.max_new_tokens is not None:
        return config
    asked = work.dataset.test[: config.max_examples]
    prompts = [work.prompt(example, form) for form in work.forms() for example in asked]
    room = room_after(work.model, tokenizer, prompts)
    answers = [example.response for example in work.dataset.train]
    return replace(config, max_new_tokens=max_new_tokens_for(tokenizer, answers, room=room))


def ask(work: Workbench, tokenizer: Any, config: Any, form: str) -> tuple[list[Output], dict[str, Any]]:
    """Outputs of all test examples in one prompt form, and what they cost."""
    from bench.generation.generate import generate
    from bench.measure.meter import phase

    examples = work.dataset.test[: config.max_examples]
    prompts = [work.prompt(example, form) for example in examples]
    with phase(work.device) as generating:
        answers = generate(
            work.model,
            tokenizer,
            prompts,
            config,
            device=work.device,
            seed=work.case.seed,
            on_progress=lambda done, total, speed: work.report(
                {"phase": "generate", "step": done, "total": total, "tokens_per_second": speed}
            ),
        )
    rows = zip(examples, prompts, answers, strict=True)
    outputs = [output(example, form, prompt, answer) for example, prompt, answer in rows]
    return outputs, asdict(generating.phase(useful_tokens=sum(answer.new_tokens for answer in answers)))


def output(example: Example, form: str, prompt: str, answer: Any) -> Output:
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
        prompt_tokens=answer.prompt_tokens,
        new_tokens=answer.new_tokens,
        finished=answer.finished,
    )


def score_step(work: Workbench) -> None:
    generated = work.find("generate")
    if generated is None:
        raise RuntimeError("scoring follows generation, and its outputs are not in the store")
    started = time.perf_counter()
    outputs = read_outputs(generated.folder / OUTPUTS)
    scores = score_outputs(outputs, work.case.metrics, work.own_form(), work.source.no_quality)
    seconds = time.perf_counter() - started

    def write(folder: Path) -> dict[str, Any]:
        write_atomic(folder / SCORES, dump_json({name: asdict(score) for name, score in scores.items()}))
        return {"seconds": seconds}

    work.save("score", write)
