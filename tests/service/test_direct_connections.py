"""Connections that answer predictions by themselves: in order, in time, and nothing lost."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from fitserve_service import connections
from support.perceptrons import Line, keep
from support.serving import RunningService, connected
from support.waiting import until
from support.wavelengths import JSON, LINE, answers, head


class TestConnection:
    def test_may_bring_a_request_in_pieces(self, alone: RunningService) -> None:
        with connected(alone) as connection:
            for piece in (head()[:20], head()[20:], LINE[:10], LINE[10:]):
                connection.sendall(piece)
            [(status, _)] = answers(connection, 1)
        assert status == 200

    def test_may_bring_many_requests_together(self, served: RunningService) -> None:
        # The application answers some of them; answers come in the order of requests all the same.
        page = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        wrong = head(2) + b"[]"
        one = head() + LINE
        with connected(served) as connection:
            connection.sendall(one + wrong + page + one + wrong + one)
            found = answers(connection, 6)
        assert [status for status, _ in found] == [200, 422, 200, 200, 422, 200]

    @pytest.mark.parametrize(
        "more", [{"Connection": "close"}, {"Expect": "100-continue", "Connection": "close"}]
    )
    def test_is_closed_where_that_is_asked_for(
        self, served: RunningService, more: dict[str, str]
    ) -> None:
        with connected(served) as connection:
            connection.sendall(head(**more) + LINE)
            with connection.makefile("rb") as file:
                received = file.read()
        assert b"\r\nconnection: close\r\n" in received
        assert received.endswith(b"}")

    def test_whose_body_never_ends_is_told(
        self, alone: RunningService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with connected(alone) as connection:
            connection.sendall(head() + LINE)
            answers(connection, 1)
            monkeypatch.setattr(connections, "BODY_SECONDS", 0.1)
            connection.sendall(head() + b"{")
            [(status, body)] = answers(connection, 1)
        assert (status, json.loads(body)["error"]["code"]) == (408, "timeout")

    def test_has_its_next_request_waited_for_as_long_as_others(
        self, served: RunningService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        served.http.post("/predict", content=LINE, headers=JSON).raise_for_status()
        monkeypatch.setattr(served.thread.config, "timeout_keep_alive", 0.05)
        monkeypatch.setattr(connections, "BODY_SECONDS", 0.5)
        with connected(served) as connection:
            connection.sendall(head() + LINE + head() + b"{")
            found = answers(connection, 2)
        assert [status for status, _ in found] == [200, 408]

    def test_lets_others_have_their_turn(self, alone: RunningService) -> None:
        with connected(alone) as connection:
            connection.sendall(2 * (head() + LINE))
            found = answers(connection, 2)
        # The second is the application's, which fails here.
        assert [status for status, _ in found] == [200, 500]

    def test_reads_an_address_as_the_application_does(self, alone: RunningService) -> None:
        for path in ("/v1/models/eckerle4#:predict", "/v2/models/eckerle4#/infer"):
            with connected(alone) as connection:
                connection.sendall(head(path=path) + LINE)
                [(status, _)] = answers(connection, 1)
            assert status == 405

    def test_that_breaks_off_troubles_nobody(
        self, alone: RunningService, caplog: pytest.LogCaptureFixture
    ) -> None:
        with connected(alone) as connection:
            connection.sendall(head() + b"{")
        assert alone.http.post("/predict", content=LINE, headers=JSON).status_code == 200
        assert [record for record in caplog.records if record.levelname == "ERROR"] == []

    def test_is_answered_before_the_service_ends(self, service: RunningService) -> None:
        keep(service.store, service.artefacts, Line())
        assert service.http.post("/predict", content=LINE, headers=JSON).status_code == 200
        with connected(service) as connection, ThreadPoolExecutor(1) as pool:
            connection.sendall(head() + LINE[:10])
            # Answered after what came before it was read.
            assert service.http.get("/healthz").status_code == 200
            stopping = pool.submit(service.thread.stop)
            until(lambda: not _listens(service))
            connection.sendall(LINE[10:])
            [(status, _)] = answers(connection, 1)
            assert status == 200
            stopping.result()


def _listens(service: RunningService) -> bool:
    try:
        connected(service).close()
    except OSError:
        return False
    return True
