"""The OpenAPI document, in a form that generators of clients can read."""

from typing import Any

from fastapi import FastAPI

OBJECT_DEFAULT = "x-default"


def install_openapi(app: FastAPI) -> None:
    """Let the application describe itself by `readable`."""
    describe = app.openapi
    app.openapi = lambda: app.openapi_schema or readable(describe())  # type: ignore[method-assign]


def readable(document: dict[str, Any]) -> dict[str, Any]:
    """Rename defaults that are objects to `x-default`, in place, and return the document.

    Generators refuse a schema whose default is an object, and every schema that uses it.
    """
    _rename(document)
    return document


def _rename(value: Any) -> None:
    if isinstance(value, dict):
        if isinstance(value.get("default"), dict) and _is_schema(value):
            value[OBJECT_DEFAULT] = value.pop("default")
        for inner in value.values():
            _rename(inner)
    elif isinstance(value, list):
        for inner in value:
            _rename(inner)


def _is_schema(value: dict[str, Any]) -> bool:
    """Tell a schema's default from a property that is called so."""
    return bool(value.keys() & {"$ref", "oneOf", "anyOf", "allOf", "type"})
