"""Data sets over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path

from fitserve_core.datasets import describing
from fitserve_core.datasets.description import DatasetCard, DatasetDetails
from fitserve_core.results import Page
from fitserve_service.access.scopes import READ
from fitserve_service.dependencies import Parts

router = APIRouter(prefix="/datasets", tags=["data sets"], dependencies=[READ])

Name = Annotated[str, Path(description="A data set's name.", examples=["mnist"])]


@router.get("", operation_id="list_datasets")
def cards(parts: Parts) -> Page[DatasetCard]:
    """Return every data set: task, shapes, ranges, rows and class counts of each part."""
    return Page(data=describing.cards(parts.settings.data), has_more=False)


@router.get("/{name}", operation_id="get_dataset")
def get(name: Name, parts: Parts) -> DatasetDetails:
    """Return a data set with a few digits of each label, or with its measurements."""
    return describing.details(name, parts.settings.data)
