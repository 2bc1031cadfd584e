"""Predictions that the connection answers by itself: as the application would."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fitserve_core.store import Viewer
from fitserve_service.access.scopes import TRAIN
from fitserve_service.direct.route import DirectRoute
from fitserve_service.predict import sessions
from service.conftest import settings_for
from support.keys import bearer, keyed
from support.perceptrons import Line, keep
from support.refusals import refusal
from support.serving import RunningService, running_service
from support.wavelengths import JSON, LINE

SPOKEN = "/v2/models/eckerle4/infer"
TENSOR: dict[str, Any] = {"name": "inputs", "datatype": "FP32", "shape": [1, 1]}
WAVELENGTH = np.array([450], "<f4").tobytes()
HEADER = json.dumps(
    {
        "inputs": [{**TENSOR, "parameters": {"binary_data_size": 4}}],
        "parameters": {"binary_data_output": True},
    }
).encode()
BINARY = {
    "Content-Type": "application/octet-stream",
    "Inference-Header-Content-Length": str(len(HEADER)),
}
REQUESTS = {
    "good": ("/predict", JSON, LINE),
    "good, of a type": ("/predict", {"Content-Type": "application/x+json"}, LINE),
    "no JSON": ("/predict", JSON, b'{"model"'),
    "no object": ("/predict", JSON, b"[]"),
    "no type": ("/predict", {}, LINE),
    "another type": ("/predict", {"Content-Type": "text/plain"}, LINE),
    "an unknown field": ("/predict", JSON, LINE[:-1] + b',"more":1}'),
    "no wavelength": ("/predict", JSON, LINE.replace(b"450", b'"x"')),
    "nothing asked": ("/predict", JSON, LINE.replace(b"450", b"")),
    "an unknown model": ("/predict", JSON, LINE.replace(b"eckerle4", b"nobody")),
    "a spread": ("/predict", JSON, LINE[:-1] + b',"spread":true}'),
    "serving": ("/v1/models/eckerle4:predict", JSON, b'{"instances":[[450]]}'),
    "serving, refused": ("/v1/models/eckerle4:predict", JSON, b'{"signature_name":"x"}'),
    "serving, of a label": ("/v1/models/eckerle4/labels/none:predict", JSON, LINE),
    "a tensor": (SPOKEN, JSON, json.dumps({"inputs": [{**TENSOR, "data": [450]}]}).encode()),
    "a tensor, binary": (SPOKEN, BINARY, HEADER + WAVELENGTH),
    "a tensor, cut": (SPOKEN, BINARY, HEADER + WAVELENGTH[:3]),
    "a version, no number": ("/v2/models/eckerle4/versions/x/infer", JSON, LINE),
}


class TestAnswer:
    @pytest.mark.parametrize("asked", REQUESTS)
    def test_is_the_applications(self, served: RunningService, asked: str) -> None:
        path, headers, content = REQUESTS[asked]
        given = {**headers, "X-Request-ID": "one"}
        # What has a query is none that a connection answers by itself.
        first, second, third = (
            served.http.post(where, content=content, headers=given)
            for where in (path, path, f"{path}?")
        )
        for answer in (first, second):
            assert answer.status_code == third.status_code
            assert answer.content == third.content
            assert _timeless(answer.headers) == _timeless(third.headers)

    def test_needs_no_application(self, alone: RunningService) -> None:
        for _ in range(3):
            answer = alone.http.post("/predict", content=LINE, headers=JSON)
            assert answer.json()["predictions"] == [{"value": pytest.approx(0.1)}]
        for path, headers, content in (REQUESTS["serving"], REQUESTS["a tensor, binary"]):
            assert alone.http.post(path, content=content, headers=headers).status_code == 200
        refusal(alone.http.post("/predict", content=b"[]", headers=JSON), 422)

    def test_is_counted(self, alone: RunningService) -> None:
        def told(status: int) -> float:
            line = f'fitserve_requests_total{{method="POST",route="/predict",status="{status}"}} '
            [found] = [
                one for one in alone.http.get("/metrics").text.splitlines() if one.startswith(line)
            ]
            return float(found.removeprefix(line))

        refusal(alone.http.post("/predict", content=b"[]", headers=JSON), 422)
        before = told(200), told(422)
        for content in (LINE, LINE, b"[]"):
            alone.http.post("/predict", content=content, headers=JSON)
        assert (told(200), told(422)) == (before[0] + 2, before[1] + 1)

    def test_tells_what_failed(
        self,
        alone: RunningService,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def fail(*_: object) -> None:
            raise RuntimeError("broken")

        monkeypatch.setattr(sessions.LoadedModel, "outputs", fail)
        answer = alone.http.post("/predict", content=LINE, headers=JSON)
        assert (
            refusal(answer, 500, "error")["message"]
            == "the service failed to answer; its log tells why"
        )
        assert "POST /predict failed" in caplog.text


def _timeless(headers: Any) -> list[tuple[bytes, bytes]]:
    return sorted((name, value) for name, value in headers.raw if name.lower() != b"date")


class TestCaller:
    @pytest.mark.parametrize("at_hand_seconds", [0, 60])
    def test_is_counted_once_however_it_is_answered(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_hand_seconds: int
    ) -> None:
        monkeypatch.setattr(sessions, "RESOLVED_FOR_SECONDS", at_hand_seconds)
        # A process takes a hundredth at a time: most requests are counted without waiting.
        with running_service(settings_for(tmp_path, max_predictions_per_minute=300)) as service:
            keep(service.store, service.artefacts, Line())
            found = [
                service.http.post(path, content=LINE, headers=JSON).status_code
                for _ in range(151)
                for path in ("/predict", "/predict?")
            ]
        assert found == [200] * 300 + [429] * 2

    def test_needs_its_key(self, tmp_path: Path) -> None:
        settings, keys = keyed(settings_for(tmp_path), {"reader": "read", "boss": "admin"})
        with running_service(settings) as service:
            keep(service.store, service.artefacts, Line())

            def ask(**more: str) -> int:
                told = {**JSON, **more}
                return service.http.post("/predict", content=LINE, headers=told).status_code

            for _ in range(2):
                assert ask(**bearer(keys["boss"])) == 200
                assert ask(**bearer(keys["reader"])) == 200
                assert ask() == ask(Authorization="Bearer fs_wrong") == 401
                assert ask(Authorization=f"Basic {keys['boss']}") == 401

    def test_with_a_key_has_what_it_may_see_at_hand(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sessions, "RESOLVED_FOR_SECONDS", 60)
        names = {"owner": "train", "other": "train"}
        settings, keys = keyed(settings_for(tmp_path), names)
        with running_service(settings) as service:
            store = service.store.seen_by(Viewer("owner"))
            kept = keep(store, service.artefacts, Line())
            content = LINE.replace(b"eckerle4", kept.experiment.id.encode())

            def ask(who: str) -> int:
                told = {**JSON, **bearer(keys[who])}
                return service.http.post("/predict", content=content, headers=told).status_code

            assert (ask("owner"), ask("other")) == (200, 404)

            async def fail(*_: object) -> None:
                raise AssertionError("the application was asked")

            monkeypatch.setattr(DirectRoute, "answer", fail)
            assert [ask("owner") for _ in range(3)] == [200] * 3
            monkeypatch.undo()
            assert ask("other") == 404

    def test_of_other_sites_is_told_the_same(self, tmp_path: Path) -> None:
        with running_service(settings_for(tmp_path, cors_origins=["https://a.example"])) as service:
            keep(service.store, service.artefacts, Line())
            answers = [
                service.http.post(path, content=LINE, headers=JSON)
                for path in ("/predict", "/predict", "/predict?")
            ]
        assert [answer.headers.get("vary") for answer in answers] == ["Origin"] * 3

    def test_may_never_be_one_that_another_scope_is_meant_for(self) -> None:
        with pytest.raises(ValueError, match="whoever may predict may call a direct route"):
            DirectRoute("/train", lambda: None, dependencies=[TRAIN])  # type: ignore[arg-type,return-value]

    def test_that_is_another_sites_page_is_refused(self, alone: RunningService) -> None:
        for _ in range(2):
            for more in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
                answer = alone.http.post("/predict", content=LINE, headers={**JSON, **more})
                assert answer.status_code == 403
