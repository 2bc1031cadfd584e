"""What a compiled program depends on; runs that agree in it share one."""

from pydantic import BaseModel, ConfigDict

from fitserve_core.datasets.dataset import Dataset
from fitserve_core.datasets.registry import Task
from fitserve_core.spec import Augmentation, Network, Optimizer, RunPlan, Schedule
from fitserve_workers.training.orders import block_epochs, steps_per_epoch
from fitserve_workers.training.sparse import NonZeros


class Shape(BaseModel):
    """Everything that a program is compiled for.

    Seeds, learning rates and the rows themselves are its arguments and variables, not part of it.
    """

    model_config = ConfigDict(frozen=True)

    network: Network
    optimizer: Optimizer
    schedule: Schedule
    augmentation: Augmentation = Augmentation()
    task: Task
    inputs: int
    outputs: int
    batch_size: int
    train_rows: int
    validation_rows: int
    non_zeros: int | None = None

    @classmethod
    def of(cls, plan: RunPlan, dataset: Dataset, zeros: NonZeros | None = None) -> "Shape":
        """Return the shape of the run `plan` on `dataset`, whose training inputs have `zeros`."""
        return cls(
            network=plan.network,
            optimizer=plan.optimizer,
            schedule=plan.schedule,
            augmentation=plan.augmentation,
            task=dataset.info.task,
            inputs=dataset.info.inputs,
            outputs=dataset.info.outputs,
            batch_size=min(plan.batch_size or len(dataset.train), len(dataset.train)),
            train_rows=len(dataset.train),
            validation_rows=len(dataset.validation) if dataset.validation else 0,
            non_zeros=len(zeros.columns) if zeros else None,
        )

    @property
    def steps(self) -> int:
        """Mini-batches of an epoch, a last short one included."""
        return steps_per_epoch(self.train_rows, self.batch_size)

    @property
    def block(self) -> int:
        """Epochs whose orders are handed over together."""
        return block_epochs(self.steps)
