"""A service made of prepared answers, behind the client's real transport seam."""

import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from tests.support.driving import driven
from typer.testing import CliRunner

from fitserve import AsyncClient, Client
from fitserve.cli.app import app
from fitserve.cli.connection import Connection
from fitserve.clock import Clock

Answer = httpx2.Response | Exception
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass
class FakeTime:
    """Time that passes only when somebody sleeps."""

    seconds: float = MOMENT.timestamp()
    slept: list[float] = field(default_factory=list)
    jitter: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)

    @property
    def clock(self) -> Clock:
        return Clock(
            now=lambda: self.seconds,
            monotonic=lambda: self.seconds,
            sleep=self.sleep,
            asleep=self.asleep,
            jitter=lambda: self.jitter,
        )


@dataclass
class FakeService:
    """Gives the prepared answers in turn, the last one again and again; keeps the requests."""

    answers: deque[Answer | Callable[[httpx2.Request], Answer]] = field(default_factory=deque)
    requests: list[httpx2.Request] = field(default_factory=list)

    def then(self, *answers: Answer | Callable[[httpx2.Request], Answer]) -> "FakeService":
        self.answers.extend(answers)
        return self

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.popleft()
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        return httpx2.Response(
            answer.status_code, headers=answer.headers, stream=answer.stream, request=request
        )

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests]


class Chunks(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A body in given chunks, optionally cut off by an error."""

    def __init__(self, chunks: Iterable[bytes], error: Exception | None = None) -> None:
        self.chunks = chunks
        self.error = error

    def __iter__(self) -> Iterator[bytes]:
        yield from self.chunks
        if self.error:
            raise self.error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in iter(self):
            yield chunk


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FITSERVE_URL", raising=False)
    monkeypatch.delenv("FITSERVE_API_KEY", raising=False)


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture(params=["sync", "async"])
def client(request, service: FakeService, fake_time: FakeTime) -> Iterator[Client]:
    """The client, or its asynchronous twin driven from here: tests hold for both."""
    transport, clock = httpx2.MockTransport(service), fake_time.clock
    if request.param == "sync":
        with Client("http://service", transport=transport, clock=clock) as client:
            yield client
    else:
        with driven(AsyncClient("http://service", transport=transport, clock=clock)) as client:
            yield client


class Answers:
    """Prepared answers as the service writes them."""

    def experiment(self, experiment_id: str = "exp_1", **fields: Any) -> dict[str, Any]:
        return {
            "object": "experiment",
            "id": experiment_id,
            "name": "digits",
            "status": "running",
            "spec": {"dataset": "mnist", "training": {"epochs": 5}, "repetitions": 2},
            "runs": {"queued": 2},
            "progress": {"epochs_done": 0, "epochs_total": 10, "fraction": 0.0},
            "created_at": MOMENT.isoformat(),
            **fields,
        }

    def ok(self, value: Any, status: int = 200) -> httpx2.Response:
        return httpx2.Response(status, json=value)

    def error(self, status: int, message: str = "no", **fields: Any) -> httpx2.Response:
        headers = fields.pop("headers", None)
        body = {"code": "some_code", "message": message, **fields}
        return httpx2.Response(status, json={"error": body}, headers=headers)

    def event(self, seq: int, kind: str, **data: Any) -> dict[str, Any]:
        return {
            "id": 100 + seq,
            "experiment_id": "exp_1",
            "seq": seq,
            "type": kind,
            "created_at": MOMENT.isoformat(),
            "data": data,
        }

    def frame(self, event: dict[str, Any]) -> bytes:
        return f"id: {event['seq']}\nevent: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()

    def stream(self, *events: dict[str, Any], error: Exception | None = None) -> httpx2.Response:
        return self.chunks([self.frame(event) for event in events], error)

    def chunks(self, chunks: Iterable[bytes], error: Exception | None = None) -> httpx2.Response:
        headers = {"Content-Type": "text/event-stream"}
        return httpx2.Response(200, headers=headers, stream=Chunks(chunks, error))

    def spread(self, mean: float, std: float | None = None, n: int = 2) -> dict[str, Any]:
        return {"n": n, "mean": mean, "std": std, "min": mean, "max": mean, "values": [mean] * n}

    def summary(self, cells: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
        return {
            "experiment_id": "exp_1",
            "status": "succeeded",
            "deciding_figure": "val_accuracy",
            "cells": cells,
            "best_cell": None,
            "kept_model": None,
            **fields,
        }

    def cell(
        self, index: int, rate: float | None, figures: dict[str, Any], **tally: int
    ) -> dict[str, Any]:
        return {
            "cell": index,
            "config": {} if rate is None else {"learning_rate": rate},
            "n": tally,
            "unstable": False,
            "figures": figures,
        }


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def fitserve(service, fake_time):
    def run(*args, stdin=None, env=None):
        given = Connection(transport=httpx2.MockTransport(service), clock=fake_time.clock)
        return CliRunner().invoke(app, args, input=stdin, obj=given, env=env)

    return run


@pytest.fixture
def summary(answers):
    figures = {"accuracy": answers.spread(0.9798, 0.0003)}
    return answers.summary([answers.cell(0, 0.1, figures, requested=2, trained=2)])
