"""POST /predict with what cannot be answered: what was expected, and what came."""

import base64
import io
from typing import Any

import pytest
from PIL import Image

from support.perceptrons import Digits, Line, keep
from support.refusals import refusal
from support.serving import RunningService

EXPECTED = "expected 784 numbers from 0 (black) to 255 (white), 28 × 28 such numbers"


@pytest.fixture(scope="module")
def service(shared_service: RunningService) -> RunningService:
    """A service that has a model of each data set."""
    keep(shared_service.store, shared_service.artefacts, Digits())
    keep(shared_service.store, shared_service.artefacts, Line())
    return shared_service


def _refused(service: RunningService, model: str, instances: Any) -> dict[str, Any]:
    body = {"model": model, "instances": instances}
    return refusal(service.http.post("/predict", json=body), 422)


def _image(mode: str, size: tuple[int, int], kind: str = "PNG") -> dict[str, str]:
    file = io.BytesIO()
    Image.new(mode, size).save(file, kind)
    return {"b64": base64.b64encode(file.getvalue()).decode()}


class TestDigits:
    @pytest.mark.parametrize(
        ("instance", "received", "told"),
        [
            ([0] * 783, "783 numbers", "received 783 numbers"),
            ([0] * 785, "785 numbers", "received 785 numbers"),
            ([], [], "received an empty list"),
            ("a seven", "a seven", 'received "a seven"'),
            (7, 7, "received 7"),
            (None, None, "received null"),
            ([[0] * 28] * 27, "27 lists of 28 numbers", "received 27 lists of 28 numbers"),
            ([0] * 783 + [256], 256, "received 256 as pixel 783"),
            ([0] * 783 + [-1], -1, "received -1 as pixel 783"),
            ([0] * 783 + ["9"], "9", 'received "9" as pixel 783'),
            ([0] * 783 + [None], None, "received null as pixel 783"),
        ],
    )
    def test_of_another_shape_or_kind_are_refused(
        self, service: RunningService, instance: Any, received: Any, told: str
    ) -> None:
        error = _refused(service, "mnist", [[0] * 784, instance])
        assert error["param"] == "instances[1]"
        assert EXPECTED in error["message"]
        assert told in error["message"]
        assert error["received"] == received

    @pytest.mark.parametrize(
        ("instance", "told"),
        [
            (_image("RGB", (28, 28)), "PNG of the wrong kind: colour"),
            (_image("RGBA", (28, 28)), "PNG of the wrong kind: colour with alpha"),
            (_image("L", (32, 32)), "a PNG of 32 × 32 pixels"),
            (_image("CMYK", (28, 28), "JPEG"), "JPEG of the wrong kind"),
            (_image("L", (28, 28), "GIF"), "cannot be decoded"),
            ({"b64": "no image"}, "base64"),
            ({"b64": 5}, '{"b64": "…"}'),
            ({"png": ""}, '{"b64": "…"}'),
        ],
    )
    def test_as_images_of_the_wrong_kind_are_refused(
        self, service: RunningService, instance: Any, told: str
    ) -> None:
        error = _refused(service, "mnist", [instance])
        assert error["param"] == "instances[0]"
        assert told in error["message"]

    def test_scaled_already_are_refused(self, service: RunningService) -> None:
        assert "multiply by 255" in _refused(service, "mnist", [[0.5] * 784])["message"]


class TestWavelengths:
    @pytest.mark.parametrize(
        ("instance", "received"),
        [("451.5", "451.5"), (None, None), ([1, 2], [1, 2]), (True, True), (1e39, 1e39)],
    )
    def test_that_are_none_are_refused(
        self, service: RunningService, instance: Any, received: Any
    ) -> None:
        error = _refused(service, "eckerle4", [450, instance])
        assert (error["param"], error["received"]) == ("instances[1]", received)
        assert "one finite number in nanometres" in error["message"]


class TestInstances:
    @pytest.mark.parametrize(
        ("instances", "received"),
        [
            ([], []),
            ("451.5", "451.5"),
            (451.5, 451.5),
            ({"x": 1}, {"x": 1}),
            ([1] * 10_001, "10,001 instances"),
        ],
    )
    def test_that_are_no_list_of_some_are_refused(
        self, service: RunningService, instances: Any, received: Any
    ) -> None:
        error = _refused(service, "eckerle4", instances)
        assert (error["param"], error["received"]) == ("instances", received)


class TestBody:
    @pytest.mark.parametrize(
        ("body", "param", "received"),
        [
            ({"model": "eckerle4"}, "instances", None),
            ({"instances": [450]}, "model", None),
            ({"model": 3, "instances": [450]}, "model", 3),
            ({"model": ["m"] * 50_000, "instances": [450]}, "model", "a list of 50,000 items"),
            ({"model": "eckerle4", "instances": [450], "top": 3}, "top", 3),
            ([450], None, [450]),
            ("eckerle4", None, "eckerle4"),
            (None, None, None),
        ],
    )
    def test_of_another_form_is_refused(
        self, service: RunningService, body: Any, param: str | None, received: Any
    ) -> None:
        error = refusal(service.http.post("/predict", json=body), 422)
        assert (error["param"], error["received"]) == (param, received)

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"model=eckerle4", b'{"model": "eckerle4", "instances": [NaN]}', b"\xff"],
    )
    def test_that_is_not_json_is_refused(self, service: RunningService, body: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        answer = service.http.post("/predict", content=body, headers=headers)
        assert "not JSON" in refusal(answer, 422)["message"]

    @pytest.mark.parametrize(
        ("path", "body", "key"),
        [
            (
                "/predict",
                '{"model": "eckerle4", "instances": [450], "instances": [451]}',
                "instances",
            ),
            ("/predict", '{"model": "mnist", "instances": [{"b64": "", "b64" : ""}]}', "b64"),
            ("/predict", r'{"model": "e:", "mode\u006c": "eckerle4", "instances": [450]}', "model"),
            ("/predict", '{"a": {"b": 1, "b": 2}, "model": "e", "instances": []}', "b"),
            ("/predict", '{"model": "e", "instances": [450, {"x": 1, "x": 1}]}', "x"),
            ("/v1/models/eckerle4:predict", '{"instances": [[450]], "instances": []}', "instances"),
            ("/v2/models/eckerle4/infer", '{"inputs": [{"name": "a", "name": "a"}]}', "name"),
        ],
    )
    def test_that_says_a_key_twice_is_refused(
        self, service: RunningService, path: str, body: str, key: str
    ) -> None:
        headers = {"Content-Type": "application/json"}
        answer = service.http.post(path, content=body, headers=headers)
        assert 400 <= answer.status_code <= 422
        told = answer.json()["error"]
        message = told["message"] if isinstance(told, dict) else told
        assert f'the key "{key}" is given twice' in message

    def test_may_have_colons_in_its_texts(self, service: RunningService) -> None:
        body = {"model": "no:body", "instances": [450]}
        assert refusal(service.http.post("/predict", json=body), 404)["received"] == "no:body"

    @pytest.mark.parametrize(
        ("unit", "count", "received"),
        [
            (b"[],", 600_000, "about 600,001 and 600,005"),
            (b'"",', 600_000, "about 600,001 and 600,005"),
            (b"1,", 9_000_000, "about 9,000,001 and 5"),
        ],
    )
    def test_that_would_take_many_times_its_size_is_refused(
        self, service: RunningService, unit: bytes, count: int, received: str
    ) -> None:
        body = b'{"model": "eckerle4", "instances": [%b1]}' % (unit * count)
        headers = {"Content-Type": "application/json"}
        error = refusal(service.http.post("/predict", content=body, headers=headers), 422)
        assert "at most 8,000,000 values and 500,000 lists" in error["message"]
        assert error["message"].endswith(received)

    def test_unknown_field_of_any_length_is_told_in_short(self, service: RunningService) -> None:
        error = refusal(service.http.post("/predict", json={"k" * 100_000: 1}), 422)
        assert error["param"] == "k" * 200 + "…"
