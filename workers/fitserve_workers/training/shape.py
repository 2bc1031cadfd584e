"""What a compiled program depends on; runs that agree in it share one."""

from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from fitserve_core.datasets.dataset import Dataset
from fitserve_core.datasets.registry import Task
from fitserve_core.spec import Augmentation, Network, Optimizer, RunPlan, Schedule
from fitserve_workers.training.orders import block_epochs, steps_per_epoch


class Batches(NamedTuple):
    """Mini-batches that share a compiled step.

    Attributes:
        until: the step of an epoch that is the first after them.
        rows: how many each has room for.
        full: whether each has as many.
    """

    until: int
    rows: int
    full: bool = True


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
    skips_zeros: tuple[bool, bool] = (False, False)

    @classmethod
    def of(
        cls, plan: RunPlan, dataset: Dataset, *, skips_zeros: tuple[bool, bool] = (False, False)
    ) -> "Shape":
        """Return the shape of the run `plan` on `dataset`.

        It skips zeros in steps, and in the evaluation of validation rows, where `skips_zeros` says.
        """
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
            skips_zeros=skips_zeros,
        )

    @property
    def steps(self) -> int:
        """Mini-batches of an epoch, a last short one included."""
        return steps_per_epoch(self.train_rows, self.batch_size)

    @property
    def batches(self) -> tuple[Batches, ...]:
        """The mini-batches of an epoch, those after one another that share a compiled step.

        A short one takes the room of the others, so that their step does for it, too: one of its
        own nearly doubles what is compiled. It has one where its rows are normalised together.
        """
        whole, short = divmod(self.train_rows, self.batch_size)
        if short and self.network.batch_normalization:
            return Batches(whole, self.batch_size), Batches(self.steps, short)
        return (Batches(self.steps, self.batch_size, full=not short),)

    @property
    def block(self) -> int:
        """Epochs whose orders are handed over together."""
        return block_epochs(self.steps)
