"""Whatever is sent: an answer, in the envelope if it is a refusal, and never a 5xx."""

import base64
import json
import struct
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fitserve_service.experiments.examples import SPECS
from support.perceptrons import Digits, Line, keep
from support.refusals import refusal
from support.serving import RunningService

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-3, 300)
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(["mnist", "eckerle4", "sgd", "adam", "relu", "name", "exp_x", "run_x"]),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(st.characters(), max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
SPEC = SPECS["digits"]["value"]


def _png(width: int, height: int, rows: bytes) -> bytes:
    """Return a grey PNG that says it is so large, with `rows` as its packed content."""

    def chunk(name: bytes, content: bytes) -> bytes:
        told = name + content
        return struct.pack(">I", len(content)) + told + struct.pack(">I", zlib.crc32(told))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in chunks)


PNG = _png(28, 28, bytes(29 * 28))
EXAMPLES = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def service(shared_service: RunningService) -> RunningService:
    """A service that has models of both kinds, so that instances are looked at."""
    keep(shared_service.store, shared_service.artefacts, Digits())
    keep(shared_service.store, shared_service.artefacts, Line())
    return shared_service


def _paths(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(value, dict):
        return [path]
    return [path, *(p for key, inner in value.items() for p in _paths(inner, (*path, key)))]


def _replaced(value: Any, path: tuple[str, ...], by: Any) -> Any:
    if not path:
        return by
    return {**value, path[0]: _replaced(value[path[0]], path[1:], by)}


def _post(service: RunningService, path: str, body: Any, *good: int) -> None:
    # Python's own JSON may hold NaN and lone surrogates, as careless clients send them.
    content = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    answer = service.http.post(path, content=content, headers=headers)
    if answer.status_code not in good:
        assert answer.status_code < 500
        refusal(answer, answer.status_code)


class TestExperiments:
    @EXAMPLES
    @given(body=VALUES)
    def test_any_json(self, service: RunningService, body: Any) -> None:
        _post(service, "/experiments", body)

    @EXAMPLES
    @given(path=st.sampled_from(_paths(SPEC)), value=VALUES)
    def test_any_value_anywhere_in_a_spec(
        self, service: RunningService, path: tuple[str, ...], value: Any
    ) -> None:
        _post(service, "/experiments", _replaced(SPEC, path, value), 201)

    @EXAMPLES
    @given(body=st.binary(max_size=50))
    def test_any_bytes(self, service: RunningService, body: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        answer = service.http.post("/experiments", content=body, headers=headers)
        refusal(answer, answer.status_code)
        assert answer.status_code == 422


class TestPredict:
    @EXAMPLES
    @given(body=VALUES)
    def test_any_json(self, service: RunningService, body: Any) -> None:
        _post(service, "/predict", body)

    @EXAMPLES
    @given(model=st.sampled_from(["mnist", "eckerle4"]), instances=VALUES | st.lists(VALUES))
    def test_any_instances(self, service: RunningService, model: str, instances: Any) -> None:
        _post(service, "/predict", {"model": model, "instances": instances}, 200)

    @EXAMPLES
    @given(content=st.binary(max_size=60), cut=st.integers(0, len(PNG)))
    def test_any_image(self, service: RunningService, content: bytes, cut: int) -> None:
        spoilt = PNG[:cut] + content + PNG[cut + len(content) :]
        instance = {"b64": base64.b64encode(spoilt).decode()}
        _post(service, "/predict", {"model": "mnist", "instances": [instance]}, 200)

    def test_image_that_unpacks_to_gigabytes(self, service: RunningService) -> None:
        for bomb in (_png(60_000, 60_000, b"\0" * 60_000), _png(28, 28, bytes(40_000_000))):
            instance = {"b64": base64.b64encode(bomb).decode()}
            _post(service, "/predict", {"model": "mnist", "instances": [instance]}, 200)

    @EXAMPLES
    @given(pixel=VALUES)
    def test_any_pixel(self, service: RunningService, pixel: Any) -> None:
        _post(service, "/predict", {"model": "mnist", "instances": [[0] * 783 + [pixel]]}, 200)


class TestQueries:
    @EXAMPLES
    @given(
        path=st.sampled_from(
            ["/experiments", "/events", "/experiments/exp_x/metrics", "/models/mnist/file"]
        ),
        query=st.dictionaries(
            st.sampled_from(["limit", "after", "status", "dataset", "format"]),
            st.text(max_size=20) | st.integers().map(str),
            max_size=3,
        ),
    )
    def test_any_query(self, service: RunningService, path: str, query: dict[str, str]) -> None:
        answer = service.http.get(path, params=query)
        if answer.status_code != 200:
            assert answer.status_code < 500
            refusal(answer, answer.status_code)

    @EXAMPLES
    @given(name=st.text(max_size=30))
    def test_any_path(self, service: RunningService, name: str) -> None:
        encoded = "".join(f"%{byte:02x}" for byte in name.encode())
        answer = service.http.get(f"/models/{encoded}", follow_redirects=True)
        if answer.status_code != 200:
            assert answer.status_code in {404, 405}
            refusal(answer, answer.status_code)
