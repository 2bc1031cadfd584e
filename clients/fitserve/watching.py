"""The interface of whatever shows an experiment's events while it is waited for."""

from fitserve_core.results import Event


class Watcher:
    """Shows nothing; displays override `show`."""

    def show(self, event: Event) -> None:
        """Take notice of the next event."""
