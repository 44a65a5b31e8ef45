"""What a recipe file may say: one lecture recipe as the lecture writes it, translated to today's names, corrected."""

from math import isfinite
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

FORMS = ("as_in_the_lecture", "translated", "corrected")
"""From the lecture's words to ours."""


class Table(BaseModel):
    """A TOML table in which an unknown key is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LoraByHand(Table):
    """An adapter that the lecture writes as a module of its own (S4.7)."""

    rank: int = 8
    initial_a: Literal["random", "zero"] = "random"
    initial_b: Literal["random", "zero"] = "zero"
    scaled: bool = True
    """Whether the update is multiplied by alpha / r."""
    product: Literal["out, in", "in, out"] = "out, in"
    """Shape of the update as it is multiplied; the weight's is (out, in)."""


NUMBERS = (
    "num_train_epochs",
    "max_steps",
    "per_device_train_batch_size",
    "gradient_accumulation_steps",
    "learning_rate",
    "weight_decay",
    "warmup_ratio",
    "warmup_steps",
    "eval_steps",
    "save_steps",
    "logging_steps",
)
"""TrainingArguments that rules reckon with."""


def numbers(arguments: dict[str, Any]) -> dict[str, Any]:
    """Refuses what is no finite number where one is expected."""
    for name in NUMBERS:
        value = arguments.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise ValueError(f"{name} should be a number")
    return arguments


Arguments = Annotated[dict[str, Any], AfterValidator(numbers)]


class Lecture(Table):
    """The lecture's own arguments and what its code does around them."""

    model: str = ""
    """The Hub id in the lecture's code."""
    dataset: str = ""
    """The file or Hub id in the lecture's code."""
    examples: int | None = Field(None, gt=0)
    """Training examples that the lecture speaks of."""
    text: Literal["whole", "apart"] = "whole"
    """Prompt and answer as one text, or as input and target."""
    max_length: int | None = Field(None, gt=0)
    """Tokens per example."""
    labels: Literal["input_ids", "response", "none"] = "input_ids"
    """What bears loss; none: the code does not make labels."""
    eos_appended: bool = False
    """Whether a stop token is written after the answer."""
    pad_token: Literal["own", "eos", "none"] = "own"  # noqa: S105
    """Which token pads."""
    data_collator: Literal["", "DataCollatorForLanguageModeling(mlm=False)"] = ""
    """"" is the Trainer's default collator."""
    undefined: tuple[str, ...] = ()
    """Names that the code uses and never defines."""
    eval_dataset: bool = True
    """Whether the Trainer is given data to evaluate on."""
    train_function: bool = True
    """Whether the code trains at all."""
    prepared_for_kbit: bool = True
    """Whether a quantised model goes through prepare_model_for_kbit_training."""
    mixture: Literal["", "drawn", "first rows"] = ""
    """How a mixture takes its rows."""
    calls: tuple[str, ...] = ()
    """Functions the code relies on: datasets.load_metric, ..."""
    metric_reads: Literal["", "texts", "logits"] = ""
    """What compute_metrics decodes."""
    dropout: float | None = None
    """Inside the model; the lecture writes it beside the arguments, where no library takes it."""
    arguments: Arguments = {}
    """TrainingArguments as written."""
    lora: dict[str, Any] = {}
    """LoraConfig as written."""
    lora_by_hand: LoraByHand | None = None
    quantisation: dict[str, Any] = {}
    """BitsAndBytesConfig as written."""
    generate: dict[str, Any] = {}
    """Arguments of model.generate, and `prompt` = ids or text, `wraps` = how often the template is put round it,
    `last_turn` = once or twice."""


class Knobs(Table):
    """A form that runs here. Names left out are the recipe's own."""

    models: dict[Literal["cpu", "gpu"], str] = {}
    dataset: str = ""
    template: str = ""
    methods: tuple[str, ...] = ()
    eval_dataset: bool = True
    arguments: Arguments = {}
    """The lecture's TrainingArguments under today's names."""
    train: dict[str, Any] = {}
    """Fields of bench.config.TrainConfig."""
    generate: dict[str, Any] = {}
    """Fields of bench.config.GenerateConfig."""


class Fixed(Table):
    """One mistake and its correction, for the documents."""

    line: str
    """Line of the mission: T3."""
    wrong: str
    now: str


class Hub(Table):
    """Facts of the Hub model, which is not on this machine when the recipe is checked."""

    parameters: int = Field(gt=0)
    positions: int | None = Field(None, gt=0)
    """None for relative positions (T5)."""
    encoder_decoder: bool = False


class Recipe(Table):
    """A whole file."""

    title: str
    lecture: tuple[str, ...]
    """Lines of the mission that it covers: S1.6, T3."""
    models: dict[Literal["cpu", "gpu"], str]
    """By profile: our tiny stand-in, and the lecture's model on the Hub."""
    dataset: str
    template: str
    methods: tuple[str, ...]
    hub: Hub | None = None
    fixed: tuple[Fixed, ...] = ()
    as_in_the_lecture: Lecture | None = None
    translated: Knobs | None = None
    corrected: Knobs | None = None

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms that the file has, the lecture's first."""
        return tuple(name for name in FORMS if getattr(self, name) is not None)
