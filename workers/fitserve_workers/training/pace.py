"""How many steps make a slice."""

SLICE_SECONDS = 0.25


def slice_end(start: int, limit: int, steps: int, seconds_per_step: float | None) -> int:
    """Return the step at which a slice from `start` ends: after about a quarter of a second.

    It ends within the epoch of `steps` steps in which it began, or with an epoch, and never
    beyond `limit`. Without a measurement it is one step.
    """
    wanted = start + (max(int(SLICE_SECONDS / seconds_per_step), 1) if seconds_per_step else 1)
    epoch_end = (start // steps + 1) * steps
    whole_epochs = wanted - wanted % steps
    return min(wanted if wanted < epoch_end else max(whole_epochs, epoch_end), limit)
