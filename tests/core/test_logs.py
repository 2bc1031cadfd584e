"""Logs: an object a line, with what it is about and without secrets."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from contextvars import copy_context

import httpx2
import pytest

from fitserve_core.logs import bound, configure_logs, without_secrets

log = logging.getLogger("tests.logs")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged; logging is as before afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    stream = io.StringIO()
    configure_logs("worker", "INFO", stream)
    yield stream
    root.handlers, root.level = handlers, level


def lines(written: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


class TestJson:
    def test_line_says_what_it_is_about(self, written: io.StringIO) -> None:
        with bound(experiment_id="exp_1"), bound(run_id="run_1", attempt=2):
            log.warning("the %s is away", "store")
            thread = threading.Thread(target=copy_context().run, args=(log.info, "beside\nit"))
            thread.start()
            thread.join()
        log.info("done")
        told = [{k: v for k, v in line.items() if k != "time"} for line in lines(written)]
        about = {"experiment_id": "exp_1", "run_id": "run_1", "attempt": 2}
        common = {"part": "worker", "logger": "tests.logs"}
        assert told == [
            {"level": "warning", **common, "message": "the store is away", **about},
            {"level": "info", **common, "message": "beside\nit", **about},
            {"level": "info", **common, "message": "done"},
        ]

    def test_traceback_is_part_of_the_line(self, written: io.StringIO) -> None:
        error = ValueError("postgresql://me:hunter2@db/x")
        log.error("failed", exc_info=error)
        [line] = lines(written)
        assert "ValueError: postgresql://me:***@db/x" in str(line["exception"])


class TestLibraries:
    def test_tell_of_no_single_request(self, written: io.StringIO) -> None:
        with httpx2.Client(transport=httpx2.MockTransport(lambda _: httpx2.Response(200))) as http:
            http.get("http://there")
        assert lines(written) == []


class TestForPeople:
    def test_line_ends_with_what_it_is_about(
        self, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(written, "isatty", lambda: True, raising=False)
        configure_logs("stack", "INFO", written)
        with bound(run_id="run_1"):
            log.info("trained")
        assert written.getvalue().endswith("INFO    trained  run_id=run_1\n")


class TestSecrets:
    @pytest.mark.parametrize(
        ("text", "left"),
        [
            ("redis://:pa55@host:6379/0 is away", "redis://:***@host:6379/0 is away"),
            ("Authorization: Bearer fs_abcdefghijkl", "Authorization: ***"),
            ("key fs_0123456789abcdef is unknown", "key *** is unknown"),
            ("http://host/path@2 and a:b@c", "http://host/path@2 and a:b@c"),
        ],
    )
    def test_are_struck_out(self, text: str, left: str) -> None:
        assert without_secrets(text) == left
