"""The OpenAPI document: whole, and its examples work."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from fitserve_core.catalogue.preset import PostedSpec
from fitserve_core.datasets.registry import DATASETS
from fitserve_core.predictions import decode_instances
from support.serving import RunningService

ENVELOPE = {"$ref": "#/components/schemas/ErrorEnvelope"}
PROTOCOL_ERROR = {"$ref": "#/components/schemas/ProtocolError"}
NO_API = {"live", "ready", "prometheus"}
OPEN = NO_API | {"sign_in", "sign_out"}


@pytest.fixture(scope="module")
def document(shared_service: RunningService) -> dict[str, Any]:
    """The document as the service gives it."""
    found: dict[str, Any] = shared_service.http.get("/openapi.json").raise_for_status().json()
    return found


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _object_defaults(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        if isinstance(value.get("default"), dict) and value.keys() & {"$ref", "oneOf", "anyOf"}:
            yield value
        for inner in value.values():
            yield from _object_defaults(inner)


def _scope(name: str) -> str:
    """Return what a call needs by its name: labels and webhooks need most."""
    method, path = name.split()
    if path.startswith("/webhooks") or ("/labels/" in path and method in {"PUT", "DELETE"}):
        return "admin"
    changes = path.startswith("/experiments") and method != "GET"
    return "train" if changes else "read"


class TestDocument:
    def test_has_every_call_of_the_design(self, document: dict[str, Any]) -> None:
        assert {name for name, _ in _operations(document)} == {
            "DELETE /models/{name}/labels/{label}",
            "GET /models/{name}/versions",
            "PUT /models/{name}/labels/{label}",
            "POST /v1/models/{name}:predict",
            "POST /v1/models/{name}/versions/{version}:predict",
            "POST /v1/models/{name}/labels/{label}:predict",
            "GET /v1/models/{name}",
            "GET /v1/models/{name}/versions/{version}",
            "GET /v1/models/{name}/labels/{label}",
            "GET /v1/models/{name}/metadata",
            "GET /v1/models/{name}/versions/{version}/metadata",
            "GET /v2",
            "GET /v2/health/live",
            "GET /v2/health/ready",
            "POST /v2/repository/index",
            "GET /v2/models/{name}",
            "GET /v2/models/{name}/versions/{version}",
            "GET /v2/models/{name}/ready",
            "GET /v2/models/{name}/versions/{version}/ready",
            "POST /v2/models/{name}/infer",
            "POST /v2/models/{name}/versions/{version}/infer",
            "GET /catalogue",
            "GET /catalogue/{id}",
            "GET /datasets",
            "GET /datasets/{name}",
            "POST /experiments",
            "GET /experiments",
            "GET /experiments/{id}",
            "PATCH /experiments/{id}",
            "POST /experiments/{id}/extend",
            "POST /experiments/{id}/clone",
            "GET /experiments/{id}/export",
            "GET /experiments/{id}/metrics",
            "GET /experiments/{id}/summary",
            "GET /experiments/{id}/events",
            "GET /experiments/{id}/runs/{run_id}/record",
            "GET /experiments/{id}/figures/learning-curves",
            "GET /experiments/{id}/figures/gradient-norms",
            "GET /experiments/{id}/figures/weight-histograms",
            "GET /experiments/{id}/figures/first-layer",
            "GET /experiments/{id}/figures/confusion",
            "GET /experiments/{id}/figures/most-wrong",
            "GET /experiments/{id}/figures/fit",
            "POST /experiments/{id}/cancel",
            "DELETE /experiments/{id}",
            "GET /events",
            "GET /limits",
            "GET /models",
            "GET /models/{name}",
            "GET /models/{name}/file",
            "POST /predict",
            "POST /explain/backpropagation",
            "POST /webhooks",
            "GET /webhooks",
            "GET /webhooks/{id}",
            "DELETE /webhooks/{id}",
            "POST /webhooks/{id}/test",
            "GET /webhooks/{id}/deliveries",
            "POST /session",
            "GET /session",
            "DELETE /session",
            "GET /healthz",
            "GET /readyz",
            "GET /metrics",
        }

    def test_refers_to_nothing_that_is_missing(self, document: dict[str, Any]) -> None:
        references = set(_references(document))
        assert ENVELOPE["$ref"] in references
        for reference in references:
            root, *steps = reference.split("/")
            assert root == "#"
            found: Any = document
            for step in steps:
                found = found[step.replace("~1", "/")]

    def test_names_and_describes_every_call(self, document: dict[str, Any]) -> None:
        ids = []
        for name, operation in _operations(document):
            ids.append(operation["operationId"])
            assert operation["summary"], name
            assert operation["description"], name
            assert operation["tags"], name
        assert len(ids) == len(set(ids))

    def test_describes_every_parameter(self, document: dict[str, Any]) -> None:
        for name, operation in _operations(document):
            declared = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
            assert declared == set(re.findall(r"{(\w+)}", name))
            for parameter in operation.get("parameters", []):
                assert parameter.get("description"), (name, parameter["name"])

    def test_every_refusal_is_the_envelope_or_the_protocols_one_text(
        self, document: dict[str, Any]
    ) -> None:
        for name, operation in _operations(document):
            if operation["operationId"] in NO_API:
                continue
            wanted = PROTOCOL_ERROR if re.search(" /v[12]", name) else ENVELOPE
            for status, response in operation["responses"].items():
                if status.startswith(("4", "5")):
                    assert response["content"] == {"application/json": {"schema": wanted}}, name
            assert {"4XX", "5XX"} <= set(operation["responses"]), name

    def test_no_schema_has_an_object_as_default(self, document: dict[str, Any]) -> None:
        """Generators of clients refuse such a schema, and whatever uses it."""
        training = document["components"]["schemas"]["Training"]["properties"]
        assert training["optimizer"]["x-default"]["name"] == "sgd"
        assert not list(_object_defaults(document["components"]["schemas"]))

    def test_envelope_has_four_fields(self, document: dict[str, Any]) -> None:
        schemas = document["components"]["schemas"]
        assert set(schemas["ErrorEnvelope"]["properties"]) == {"error"}
        assert set(schemas["ErrorBody"]["properties"]) == {"code", "message", "param", "received"}

    def test_every_call_but_health_names_the_key(self, document: dict[str, Any]) -> None:
        assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
        for name, operation in _operations(document):
            told = operation.get("security", [])
            needed = [] if operation["operationId"] in OPEN else [_scope(name)]
            assert told == [{"HTTPBearer": [scope]} for scope in needed], name

    def test_is_shown_as_a_page(self, shared_service: RunningService) -> None:
        answer = shared_service.http.get("/docs")
        assert answer.status_code == 200
        assert "/openapi.json" in answer.text


class TestExamples:
    def test_of_specs_are_accepted_when_posted(
        self, service: RunningService, document: dict[str, Any]
    ) -> None:
        body = document["paths"]["/experiments"]["post"]["requestBody"]["content"]
        examples = body["application/json"]["examples"]
        assert len(examples) >= 3
        for example in examples.values():
            assert example["summary"]
            spec = TypeAdapter(PostedSpec).validate_python(example["value"])
            answer = service.http.post("/experiments", json=example["value"])
            assert answer.status_code == 201
            assert answer.json()["spec"] == spec.model_dump(mode="json")

    def test_of_predictions_can_be_read(self, document: dict[str, Any]) -> None:
        body = document["paths"]["/predict"]["post"]["requestBody"]["content"]
        examples = body["application/json"]["examples"]
        assert set(examples) == set(DATASETS)
        for example in examples.values():
            value = example["value"]
            info = DATASETS[value["model"]]
            rows = decode_instances(info, value["instances"])
            assert rows.shape == (len(value["instances"]), info.inputs)
