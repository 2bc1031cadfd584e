"""The checkpoints behind a run: the newest, and the one before it should that be damaged."""

import logging

from fitserve_core.artefacts import Artefacts
from fitserve_core.errors import UnavailableError
from fitserve_core.store import Checkpoint, Claim
from fitserve_workers.training import Training

log = logging.getLogger(__name__)

KEPT = 2


class Checkpoints:
    """What an attempt goes on from, and what it leaves for the next one.

    Args:
        artefacts: where the files lie.
        claim: whose run.
    """

    def __init__(self, artefacts: Artefacts, claim: Claim) -> None:
        self._artefacts = artefacts
        self._claim = claim
        self._kept = [*filter(None, (claim.earlier_checkpoint, claim.checkpoint))]

    def restore(self, training: Training) -> bool:
        """Go on from the newest checkpoint that is as it was written; tell whether there is one.

        An older one, or none, only repeats epochs: they come out as they were recorded.

        Raises:
            ValueError: the checkpoint is of another plan.
        """
        for checkpoint in reversed(self._kept):
            try:
                path = self._artefacts.verified(checkpoint.path, checkpoint.sha256)
            except UnavailableError as error:
                log.warning("%s; run %s goes on from before", error, self._claim.run_id)
                continue
            training.restore(path)
            return True
        return False

    def write(self, training: Training) -> Checkpoint:
        """Write a checkpoint, whose path names the attempt; the run's row does not name it yet."""
        claim = self._claim
        folder = f"{claim.experiment_id}/{claim.run_id}/{claim.attempt}"
        path = f"{folder}/checkpoint-{training.epoch}.npz"
        sha256, _ = self._artefacts.write(path, training.save)
        return Checkpoint(path, sha256)

    def recorded(self, checkpoint: Checkpoint) -> None:
        """Take note that the run's row names `checkpoint` now; remove what is too old."""
        self._kept.append(checkpoint)
        while len(self._kept) > KEPT:
            self._artefacts.remove(self._kept.pop(0).path)

    def remove(self) -> None:
        """Remove them all: the run has ended."""
        while self._kept:
            self._artefacts.remove(self._kept.pop().path)
