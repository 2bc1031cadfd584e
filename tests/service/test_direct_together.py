"""Predictions that are asked for at the same time: one call of the model, each its own answer."""

import json
from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import pytest

from fitserve_core.datasets.dataset import Array
from fitserve_service.direct import at_once
from fitserve_service.predict import sessions
from service.conftest import settings_for
from support.perceptrons import Digits, Line, keep
from support.serving import RunningService, connected, running_service
from support.wavelengths import JSON, answers, head

PIXELS = np.random.default_rng(7).integers(0, 256, (3, 784))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service that has looked up a model of digits and one of wavelengths."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sessions, "RESOLVED_FOR_SECONDS", 600)
        with running_service(settings_for(tmp_path_factory.mktemp("both"))) as service:
            for model in (Line(), Digits()):
                keep(service.store, service.artefacts, model)
            for content in (_line(450), _digit(0)):
                service.http.post("/predict", content=content, headers=JSON).raise_for_status()
            yield service


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Data set and rows of every call of a model from now on."""
    made: list[tuple[str, int]] = []
    outputs = sessions.LoadedModel.outputs

    def counted(model: sessions.LoadedModel, rows: Array) -> Array:
        made.append((model.info.name, len(rows)))
        return outputs(model, rows)

    monkeypatch.setattr(sessions.LoadedModel, "outputs", counted)
    return made


def _line(*nanometres: float) -> bytes:
    return json.dumps({"model": "eckerle4", "instances": nanometres}).encode()


def _digit(index: int) -> bytes:
    return json.dumps({"model": "mnist", "instances": [PIXELS[index].tolist()]}).encode()


def _ask_together(service: RunningService, *contents: bytes) -> list[tuple[int, bytes]]:
    """Return the answers to requests, each on a connection of its own, that are read at once."""
    with ExitStack() as stack:
        connections = [stack.enter_context(connected(service)) for _ in contents]
        for connection in connections:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            answers(connection, 1)
        with service.thread.paused():
            for connection, content in zip(connections, contents, strict=True):
                connection.sendall(head(len(content)) + content)
        return [answers(connection, 1)[0] for connection in connections]


def _values(body: bytes) -> list[float]:
    return [one["value"] for one in json.loads(body)["predictions"]]


def test_one_call_answers_each(both: RunningService, calls: list[tuple[str, int]]) -> None:
    found = _ask_together(both, _line(410), _line(420, 430), _line(440))
    assert [status for status, _ in found] == [200] * 3
    values = [_values(body) for _, body in found]
    assert values == [pytest.approx([0.02]), pytest.approx([0.04, 0.06]), pytest.approx([0.08])]
    assert calls == [("eckerle4", 4)]


def test_each_model_has_its_own(both: RunningService, calls: list[tuple[str, int]]) -> None:
    asked = [_digit(0), _line(450), _digit(1), _digit(2)]
    together = _ask_together(both, *asked)
    assert sorted(calls) == [("eckerle4", 1), ("mnist", 3)]
    alone = [_ask_together(both, content)[0] for content in asked]
    for (_, one), (_, other) in zip(together, alone, strict=True):
        assert json.loads(one)["run_id"] == json.loads(other)["run_id"]
    found = [json.loads(body)["predictions"][0] for _, body in together]
    expected = Digits().probabilities(PIXELS.astype(np.float32))
    for one, row in zip([found[0], *found[2:]], expected, strict=True):
        np.testing.assert_allclose(one["probabilities"], row, atol=1e-6)


def test_calls_are_bounded(both: RunningService, calls: list[tuple[str, int]]) -> None:
    asked = [_line(*range(400, 400 + count)) for count in (40, 24, 1, 100, 2)]
    found = _ask_together(both, *asked)
    assert [len(_values(body)) for _, body in found] == [40, 24, 1, 100, 2]
    assert [rows for _, rows in calls] == [64, 1, 100, 2]


def test_much_is_answered_before_the_rest_has_come(
    both: RunningService, calls: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_once, "MOST_BYTES", 2 * len(_line(450)))
    unknown = b'{"model":"nobody","instances":[450]}'
    found = _ask_together(both, *[_line(450)] * 3, unknown, unknown, _line(450))
    assert [status for status, _ in found] == [200, 200, 200, 404, 404, 200]
    assert calls == [("eckerle4", 2), ("eckerle4", 1), ("eckerle4", 1)]


def test_what_is_refused_troubles_no_other(
    both: RunningService, calls: list[tuple[str, int]]
) -> None:
    unknown = b'{"model":"nobody","instances":[450]}'
    found = _ask_together(both, b"[]", _line(450), _line(), unknown, _line(460))
    assert [status for status, _ in found] == [422, 200, 422, 404, 200]
    assert calls == [("eckerle4", 2)]


def test_what_fails_fails_for_its_model_alone(
    both: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = sessions.LoadedModel.outputs

    def fail(model: sessions.LoadedModel, rows: Array) -> Array:
        if model.info.name == "mnist":
            raise RuntimeError("broken")
        return outputs(model, rows)

    monkeypatch.setattr(sessions.LoadedModel, "outputs", fail)
    found = _ask_together(both, _digit(0), _line(450), _digit(1))
    assert [status for status, _ in found] == [500, 200, 500]


def test_who_goes_meanwhile_troubles_no_other(
    both: RunningService, caplog: pytest.LogCaptureFixture
) -> None:
    content = _line(450)
    with connected(both) as gone, connected(both) as connection:
        for one in (gone, connection):
            one.sendall(head(len(content)) + content)
            answers(one, 1)
        with both.thread.paused():
            for one in (gone, connection):
                one.sendall(head(len(content)) + content)
            gone.close()
        [(status, _)] = answers(connection, 1)
    assert status == 200
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_what_is_no_http_behind_it_is_told_after_it(both: RunningService) -> None:
    content = _line(450)
    with connected(both) as connection:
        connection.sendall(head(len(content)) + content + b"\x00\x01 nothing\r\n\r\n")
        found = answers(connection, 2)
    assert [status for status, _ in found] == [200, 400]
