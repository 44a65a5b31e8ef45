"""What a model, method, metric, template or format file must contain; tests check every file against these."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from bench.record import Output, Score

if TYPE_CHECKING:
    from bench.data.dataset import Example


@runtime_checkable
class Metric(Protocol):
    """bench/metrics/NAME.py: a pure function of outputs, importing neither torch nor transformers."""

    HIGHER_IS_BETTER: bool | Mapping[str, bool | None] | None
    """None when neither direction is better (length ratio); a mapping from column when the file gives several."""
    UNIT: str | Mapping[str, str]
    """"rate" (0..1, shown in percent), "score" (0..1), "index" (-1..1), "ratio" or "count"; or column -> unit."""

    def score(self, outputs: Sequence[Output], argument: str = "") -> Score | Mapping[str, Score]:
        """One Score, or several under their column names (completion -> stop_rate, self_prompting, ...)."""
        ...


@runtime_checkable
class Template(Protocol):
    """bench/prompts/templates/NAME.py: how an example becomes the string before the answer."""

    def prompt(self, example: "Example") -> str: ...


@runtime_checkable
class Format(Protocol):
    """bench/data/formats/NAME.py: reads one native file format into rows, or says with file:line why not."""

    def matches(self, path: Path) -> bool: ...

    def read(self, path: Path) -> "list[Example]": ...


@runtime_checkable
class Model(Protocol):
    """bench/models/NAME.py: where a base model's files are. `open` touches no torch."""

    def open(self, argument: str) -> Any:
        """A ModelSource (see bench/models/__init__.py); raises UserError when the folder is not usable."""
        ...


@runtime_checkable
class Method(Protocol):
    """bench/methods/NAME.py: how a base model becomes a trainable model. Nothing else depends on its name."""

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
