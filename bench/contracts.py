"""What a model, method, metric, template or format file must contain; tests check every file against these."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from bench.record import Output, Score

if TYPE_CHECKING:
    from bench.data.example import Dropped, Example
    from bench.data.source import Source


@runtime_checkable
class Metric(Protocol):
    """bench/metrics/NAME.py: a pure function of outputs, importing neither torch nor transformers.

    A file may also define

    - `FLOORS`: the columns for which null models are run, all by default; `()` where their answers make no sense;
    - `READS`: forms of outputs that it is given, ("template", "raw") by default; "samples" are the sampled answers to
      each question, "held_out" the likelihoods of general text.
    """

    HIGHER_IS_BETTER: bool | Mapping[str, bool | None] | None
    """None when neither direction is better (length ratio); a mapping from column when the file gives several."""
    UNIT: str | Mapping[str, str]
    """"rate" (0..1, shown in percent), "score" (0..1), "index" (-1..1), "ratio", "count", "perplexity", "nats" or
    "logit"; or column -> unit."""

    def score(self, outputs: Sequence[Output], argument: str = "") -> Score | Mapping[str, Score]:
        """One Score, or several under their column names (completion -> stop_rate, self_prompting, ...)."""
        ...


@runtime_checkable
class Template(Protocol):
    """bench/prompts/templates/NAME.py: how an example becomes the string before the answer.

    `prompt` is enough. A file may also define

    - `MARKERS`: strings that text of a dataset must not contain; with "\\n" before one, only where a line begins;
    - `BETWEEN`: text between an answer and the next turn, "\\n\\n" by default;
    - `answer(example)`: the answer that is trained, by default `example.response`;
    - `demonstration(example)`: a question with its answer inside a prompt, by default prompt and answer;
    - `system(text)`: what a system message becomes before everything else, by default the text and a blank line;
    - `final_answer(text)`: the answer inside a generated text, by default all of it;
    - `NEEDS_TOKENIZER = True` with `chunks(example, tokenizer)`, the (prompt, answer) of each turn, `stop(tokenizer)`,
      the text of the token that ends an answer ("" for EOS), and `markers(tokenizer)` in place of `MARKERS`.

    The prompt must not end in a space: byte-level BPE joins a space to the word after it.
    """

    def prompt(self, example: "Example") -> str:
        """Everything before the answer of one turn; neither history nor system message, which rendering.py places."""
        ...


@runtime_checkable
class Format(Protocol):
    """bench/data/formats/NAME.py: reads the records of one native format, whatever container they are stored in."""

    def matches(self, source: "Source") -> bool:
        """Whether the file is of this format, by its container, first record or first lines; of one format only."""
        ...

    def read(self, source: "Source") -> "Iterator[Example | Dropped]":
        """Each record as an example or a drop with its reason; raises UserError with file:line for a damaged file."""
        ...


@runtime_checkable
class Model(Protocol):
    """bench/models/NAME.py: where a base model's files are. `open` touches no torch."""

    def open(self, argument: str) -> Any:
        """A ModelSource (see bench/models/__init__.py); raises UserError when the folder is not usable."""
        ...


@runtime_checkable
class Method(Protocol):
    """bench/methods/NAME.py: how a base model becomes a trainable model. Nothing else depends on its name.

    A file may also define hooks that the trainer calls:

    - `begin(model, total)` before the first of `total` steps; `on_step(model, step, total)` after each, while its
      gradients are there;
    - `penalty(model)`, added to the loss that is minimised and not to the one that is recorded;
    - `state(model)` and `load_state(model, tensors)`: what a checkpoint must hold beside the weights.
    """

    Config: type
    """A frozen dataclass of the method's own settings with the field's defaults."""
    TRAINS: bool
    """False for the untuned base model."""
    EPOCHS: float
    """Passes over the training split where the case names none."""

    def learning_rate(self, parameters: int) -> float:
        """Peak rate for a model of this many parameters where the case names none."""
        ...

    def prepare(self, source: Any, config: Any, *, dtype: str, device: str, seed: int) -> Any:
        """The model, on its device, ready to train (or to generate, when TRAINS is False)."""
        ...
