"""The OpenAPI document, in a form that generators of clients can read."""

from typing import Any

from fastapi import FastAPI

OBJECT_DEFAULT = "x-default"


def install_openapi(app: FastAPI) -> None:
    """Let the application describe itself by `readable`."""
    describe = app.openapi
    app.openapi = lambda: app.openapi_schema or readable(describe())  # type: ignore[method-assign]


def readable(document: dict[str, Any]) -> dict[str, Any]:
    """Mend in place what generators of clients and of tests stumble over; return the document.

    Defaults that are objects become `x-default`: a schema with such a default is refused by some,
    and every schema that uses it. A parameter that may be left out is never null: there is no null
    in an address or a header.
    """
    _rename(document)
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                parameter["schema"] = _without_null(parameter["schema"])
    return document


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    members: list[dict[str, Any]] = schema.get("anyOf", [])
    left = [member for member in members if member != {"type": "null"}]
    if len(left) != 1:
        return schema
    return {key: value for key, value in schema.items() if key != "anyOf"} | left[0]


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
