"""`client.datasets`: what there is to learn."""

from fitserve import calls
from fitserve.aio.sender import AsyncSender
from fitserve.responses import parse
from fitserve_core.datasets.description import DatasetCard, DatasetDetails
from fitserve_core.results import Page


class AsyncDatasets:
    """Data sets of the service."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def retrieve(self, name: str) -> DatasetDetails:
        """Return a data set with a few digits of each label, or with its measurements.

        Raises:
            NotFound: there is none with this name.
        """
        return parse(DatasetDetails, await self._sender.send(calls.dataset(name)))

    async def list(self) -> list[DatasetCard]:
        """Return every data set: task, shapes, ranges, rows and class counts of each part."""
        return parse(Page[DatasetCard], await self._sender.send(calls.datasets())).data
