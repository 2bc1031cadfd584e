"""The limits of this service over HTTP."""

from fastapi import APIRouter

from fitserve_core.limits import HouseLimits
from fitserve_service.access.scopes import READ
from fitserve_service.dependencies import Parts

router = APIRouter(prefix="/limits", tags=["experiments"], dependencies=[READ])


@router.get("", operation_id="limits")
async def limits(parts: Parts) -> HouseLimits:
    """Return the most that one experiment, and one key, may ask of this service."""
    return parts.settings.limits
