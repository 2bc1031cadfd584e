"""`client.catalogue`: the exercise sheet's configurations, ready to be posted."""

from fitserve import calls
from fitserve.aio.sender import AsyncSender
from fitserve.responses import parse
from fitserve_core.catalogue.published import CatalogueEntry
from fitserve_core.results import Page


class AsyncCatalogue:
    """Entries of the catalogue; `client.experiments.create(preset=ID)` posts one."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def retrieve(self, entry_id: str) -> CatalogueEntry:
        """Return an entry: a ready spec, and the figures that the sheet reported.

        Raises:
            NotFound: there is none with this id; the message names the close ones.
        """
        return parse(CatalogueEntry, await self._sender.send(calls.catalogue_entry(entry_id)))

    async def list(self) -> list[CatalogueEntry]:
        """Return every entry, in the sheet's order."""
        return parse(Page[CatalogueEntry], await self._sender.send(calls.catalogue())).data
