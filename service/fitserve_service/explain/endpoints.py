"""Explanations over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Body

from fitserve_core.catalogue.worked_examples import EXAMPLES, WORKED_EXAMPLE
from fitserve_core.explaining import Backpropagation, BackpropagationRequest
from fitserve_service.access.scopes import READ
from fitserve_service.dependencies import Parts
from fitserve_service.explain.explainer import ask
from fitserve_service.json_route import JsonRoute

router = APIRouter(
    prefix="/explain", tags=["explanations"], dependencies=[READ], route_class=JsonRoute
)

REQUESTS: dict[str, Any] = {
    **{name: {"summary": name, "value": {"preset": name}} for name in EXAMPLES},
    "whole": {"summary": "the worked example, written out", "value": WORKED_EXAMPLE},
}


@router.post("/backpropagation", operation_id="explain_backpropagation")
def backpropagation(
    parts: Parts, request: Annotated[BackpropagationRequest, Body(openapi_examples=REQUESTS)]
) -> Backpropagation:
    """Take one step of gradient descent and show everything in between, layer by layer.

    The arithmetic is that of the training program. The first request of a service takes seconds.
    """
    return ask(parts.settings.explain_socket, request)
