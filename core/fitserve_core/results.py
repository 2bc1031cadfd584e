"""What the service answers. Clients tolerate fields that they do not know."""

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from fitserve_core.devices import DeviceKind
from fitserve_core.spec import ExperimentSpec

Status = Literal["queued", "running", "succeeded", "failed", "cancelled"]
TERMINAL: frozenset[Status] = frozenset({"succeeded", "failed", "cancelled"})
VerdictName = Literal["trained", "did_not_train", "diverged"]


class Result(BaseModel):
    """Base of every answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ErrorBody(Result):
    """What went wrong, for programs and for people."""

    code: str = Field(description="A stable name, such as `not_found`.")
    message: str = Field(description="What was received and what would have been right.")
    param: str | None = Field(default=None, description="Path of the offending value.")
    received: Any = Field(default=None, description="The offending value.")


class ErrorEnvelope(Result):
    """The one shape of every error."""

    error: ErrorBody


class RunCounts(Result):
    """How many runs of an experiment stand where."""

    queued: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0

    @property
    def total(self) -> int:
        """All runs of the experiment."""
        return self.queued + self.running + self.succeeded + self.failed + self.cancelled


class Progress(Result):
    """Epochs done of all epochs of all runs."""

    epochs_done: int
    epochs_total: int
    fraction: float = Field(description="From 0 to 1.")


class KeptModel(Result):
    """The run whose model serves the experiment, and the figure that chose it."""

    run_id: str
    cell: int
    figure: str = Field(description="The deciding figure, such as `val_accuracy`.")
    value: float


class Experiment(Result):
    """One posted spec and where it stands."""

    object: Literal["experiment"] = "experiment"
    id: str
    name: str
    status: Status
    spec: ExperimentSpec
    runs: RunCounts
    progress: Progress
    queue_place: int | None = Field(
        default=None, description="While it waits for its first run; 1 is the next experiment."
    )
    queued_for: dict[DeviceKind, int] = Field(
        default_factory=dict,
        description="Queued runs that only one kind of device may train, by it: they ask for it, "
        "or have begun on it.",
    )
    notice: str | None = Field(
        default=None, description="What it waits for besides its turn: a worker of a device."
    )
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    kept_model: KeptModel | None = None
    error: str | None = None
    owner: str | None = Field(default=None, description="Name of the key that posted it, if any.")
    shared: bool = Field(default=False, description="Whether other keys may read it.")


class Forecast(Result):
    """What a spec would train, without training it."""

    object: Literal["forecast"] = "forecast"
    cells: int
    runs: int
    epochs: int = Field(description="Of all runs together.")
    parameters: list[int] = Field(
        description="Weights of a network, from the smallest to the largest of the cells."
    )
    seconds: float = Field(description="Estimated, once its turn has come, on all slots.")
    basis: Literal["measured", "rule of thumb"] = Field(
        description="Whether every cell's estimate is of epochs that were timed here."
    )
    queue_place: int = Field(description="Among experiments that wait; 1 is the next one.")
    notice: str | None = Field(
        default=None, description="What it would wait for besides its turn: a worker of a device."
    )


Item = TypeVar("Item")


class Page(Result, Generic[Item]):
    """A page of a list; `has_more` says whether asking `after` the last one is worth it."""

    object: Literal["list"] = "list"
    data: list[Item]
    has_more: bool


class EpochFigures(Result):
    """What one epoch of one run reported.

    Training figures are running means over the epoch, as Keras reports them. `mse` figures are
    on the [0, 1] scale of the full data range whatever the scaling; `loss` is what was minimised, a
    regularizer's penalty included; `data_loss` is the same without the penalty.
    """

    epoch: int = Field(description="Counted from 1.")
    loss: float | None = None
    data_loss: float | None = None
    accuracy: float | None = None
    mse: float | None = None
    val_loss: float | None = None
    val_data_loss: float | None = None
    val_accuracy: float | None = None
    val_mse: float | None = None
    learning_rate: float | None = Field(default=None, description="Of the epoch's last step.")
    seconds: float | None = None
    gradient_norms: list[float | None] | None = Field(
        default=None,
        description="Of each layer, kernel and bias together, input side first: the norm of the "
        "gradient of what is minimised, at the epoch's end, on up to 256 training rows, the same "
        "in every epoch.",
    )


class Verdict(Result):
    """What a finished run is worth, with its evidence."""

    name: VerdictName
    reason: str = Field(description="The evidence in a sentence.")
    evidence: dict[str, float | int | str | None] = Field(default_factory=dict)


class Artefact(Result):
    """One stored file of a run."""

    kind: Literal["weights", "onnx", "keras", "record"]
    sha256: str
    bytes: int


class RunMetrics(Result):
    """One run: its seed, status, verdict, figures of every epoch and of the end.

    `final` holds the last epoch's figures and, besides, `test_loss`, `test_data_loss`,
    `test_accuracy` (digits) or `test_mse` and, in the data's own units squared, `mse_data_units`,
    `test_mse_data_units`.
    """

    run_id: str
    cell: int
    config: dict[str, Any]
    repetition: int = Field(description="Of its cell, from 0.")
    fold: int | None = Field(default=None, description="Which fold validates, from 0.")
    started_from: str | None = Field(
        default=None, description="Run whose weights it began with, instead of fresh ones."
    )
    device: DeviceKind | None = Field(
        default=None, description="What its last attempt was trained on; null before the first."
    )
    seed: int
    status: Status
    attempt: int
    verdict: Verdict | None = None
    epochs: list[EpochFigures]
    final: dict[str, float | None] | None = None
    artefacts: list[Artefact] = Field(default_factory=list)
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str | None = None


class Metrics(Result):
    """Every run of an experiment with every epoch."""

    experiment_id: str
    runs: list[RunMetrics]


class RunTally(Result):
    """Requested runs of a cell, counted by what became of them."""

    requested: int = 0
    trained: int = 0
    did_not_train: int = 0
    diverged: int = 0
    failed: int = 0
    cancelled: int = 0
    unfinished: int = 0


class Spread(Result):
    """A figure over the finite, finished runs of a cell; `std` with ddof = 1."""

    n: int
    mean: float
    std: float | None = Field(description="null for a single value: one run has no spread.")
    min: float
    max: float
    values: list[float]


class CellSummary(Result):
    """One configuration over its repetitions."""

    cell: int
    config: dict[str, Any]
    n: RunTally
    unstable: bool = Field(description="Its finished runs disagree about their verdict.")
    figures: dict[str, Spread]


class Summary(Result):
    """Mean ± standard deviation of every cell, the best cell and the kept model."""

    experiment_id: str
    status: Status
    deciding_figure: str
    cells: list[CellSummary]
    best_cell: int | None
    kept_model: KeptModel | None


class Event(Result):
    """Something that happened to an experiment, numbered without gaps within it.

    Types: `experiment.queued`, `.running`, `.succeeded`, `.failed`, `.cancelled`; `run.running`,
    `run.epochs` (the figures of at most 100 new epochs), `run.requeued`, `run.succeeded`,
    `run.failed`.
    """

    id: int = Field(description="Position in the stream of all experiments.")
    experiment_id: str
    seq: int = Field(description="Position in the experiment's own stream, from 1.")
    type: str
    created_at: datetime
    data: dict[str, Any]


class Health(Result):
    """Whether a part works."""

    status: Literal["ok", "unavailable"]
    parts: dict[str, str] = Field(default_factory=dict)
