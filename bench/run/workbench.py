"""What the steps of one case share: the case's own data, model and store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from bench import catalog
from bench.case import Case
from bench.data.dataset import Dataset, load_dataset
from bench.data.example import Example
from bench.methods import configure
from bench.prompts.rendering import Rendered, draw_shots, render
from bench.run import fingerprint as fingerprints
from bench.run.fingerprint import Fingerprint
from bench.run.store import Step, Store

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


class Workbench:
    """What the steps of one case share; the model stays in memory between training and generation."""

    def __init__(self, job: Job, report: Report) -> None:
        from bench.measure.environment import dtype_for

        self.case = Case.from_dict(job.case)
        self.keys, self.store, self.report = job.keys, Store(Path(job.store)), report
        self.weights = job.weights
        self.device = "cuda" if job.device == "rocm" else job.device
        self.dtype = dtype_for(self.device)
        self.dataset: Dataset = load_dataset(self.case.dataset, self.case.train.dataset)
        self.method, options = catalog.load("method", self.case.method)
        family, argument = catalog.load("model", self.case.model)
        self.source = family.open(argument)
        self.config = configure(self.method, options, self.case.method)
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
        """The template that a prompt form is asked in; "template" is the case's own unless another one was chosen."""
        return (self.case.generate.template or self.case.template) if form == "template" else form

    def trained(self, examples: Sequence[Example]) -> list[Rendered]:
        """The examples as conversations, as training reads them."""
        return [render(example, self.case.template, tokenizer=self.tokenizer) for example in examples]

    def asked(self, examples: Sequence[Example], form: str, shots: Sequence[Example] = ()) -> list[Rendered]:
        """The examples as conversations in a prompt form, up to the answer that the model is to give."""
        name, wraps = self.template(form), self.case.generate.wraps if form == "template" else 1
        return [render(example, name, tokenizer=self.tokenizer, shots=shots, wraps=wraps) for example in examples]

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
        knobs = {
            "train": asdict(replace(self.case.train, save_every=None, dataset=None)),
            "method": self.case.method,
            "seed": self.case.seed,
        }
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

        from bench.measure.allocator import map_large_tensors
        from bench.measure.environment import threads_for
        from bench.measure.meter import baseline_bytes, memory_kind, phase
        from bench.measure.parameters import parameter_counts
        from bench.training.artifacts import restore
        from bench.training.opening import opened

        baseline = baseline_bytes(self.device)
        options: dict[str, Any] = {"dtype": self.dtype, "device": self.device}
        trained = self.find("train") if self.method.TRAINS else None
        with phase(self.device) as loading:
            self.tokenizer = self.source.tokenizer()
            if trained:
                fingerprints.check(fingerprints.read(trained.folder), self.fingerprint, str(trained.folder))
                self.model = restore(self.source, self.method, self.config, trained.folder, **options)
            elif self.source.unmerged and not self.method.TRAINS:
                self.model = opened(self.source, **options)
            else:
                self.model = self.method.prepare(self.source, self.config, seed=self.case.seed, **options)
        trainable, total = parameter_counts(self.model)
        torch.set_num_threads(threads_for(total))
        map_large_tensors(total)
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
