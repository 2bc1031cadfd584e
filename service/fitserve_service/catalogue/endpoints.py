"""The catalogue over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path

from fitserve_core.catalogue.published import CatalogueEntry
from fitserve_core.catalogue.registry import CATALOGUE, find
from fitserve_core.results import Page
from fitserve_service.access.scopes import READ

router = APIRouter(prefix="/catalogue", tags=["catalogue"], dependencies=[READ])

Id = Annotated[str, Path(description="An entry's id.", examples=["mnist-B"])]


@router.get("", operation_id="list_catalogue")
def entries() -> Page[CatalogueEntry]:
    """Return every configuration of the sheet, in its order."""
    return Page(data=list(CATALOGUE.values()), has_more=False)


@router.get("/{id}", operation_id="get_catalogue_entry")
def get(id: Id) -> CatalogueEntry:  # noqa: A002 - the path's word
    """Return an entry: a ready spec, and the figures that the sheet reported."""
    return find(id)
