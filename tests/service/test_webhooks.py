"""Webhooks: who may be told, what is sent, and that nothing is lost."""

import base64
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import update
from standardwebhooks import Webhook, WebhookVerificationError

from fitserve_core.settings import Settings
from fitserve_core.store import Store
from fitserve_core.store.tables import delivery
from support import stories
from support.receivers import Receiver, receiving
from support.refusals import refusal
from support.serving import RunningService, running_service
from support.waiting import until

LOOPBACK = "127.0.0.0/8"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings of a service whose webhooks may reach this machine."""
    return Settings.model_validate({**settings.model_dump(), "webhook_networks": LOOPBACK})


def listen(service: RunningService, url: str, **fields: Any) -> dict[str, Any]:
    answer = service.http.post("/webhooks", json={"url": url, **fields})
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


def deliveries(service: RunningService, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.http.get(f"/webhooks/{webhook['id']}/deliveries").json()[
        "data"
    ]
    return found


def hurry(store: Store) -> None:
    """Let what waits for another attempt be due now."""
    with store.database.writing() as connection:
        connection.execute(update(delivery).where(delivery.c.due_at > 0).values(due_at=1.0))


class TestMessages:
    def test_tell_of_each_end_signed(self, service: RunningService, receiver: Receiver) -> None:
        webhook = listen(service, receiver.url + "/hook?from=fitserve")
        ended = stories.post(service.store)
        stories.train(service.store)
        cancelled = stories.post(service.store)
        service.http.post(f"/experiments/{cancelled.id}/cancel")
        until(lambda: len(receiver.received) == 2)
        told = {one.json["type"]: one for one in receiver.received}
        success = told["experiment.succeeded"]
        assert success.path == "/hook?from=fitserve"
        assert success.json["data"] == service.http.get(f"/experiments/{ended.id}").json()
        assert told["experiment.cancelled"].json["data"]["id"] == cancelled.id
        assert success.headers["Content-Type"] == "application/json"
        verifier = Webhook(webhook["secret"])
        assert verifier.verify(success.body, dict(success.headers)) == success.json
        with pytest.raises(WebhookVerificationError):
            verifier.verify(success.body + b" ", dict(success.headers))
        until(lambda: {d["status"] for d in deliveries(service, webhook)} == {"delivered"})
        newest = deliveries(service, webhook)[0]
        assert newest["experiment_id"] == cancelled.id
        assert (newest["told"], newest["attempts"], newest["due_at"]) == ("answered 204", 1, None)

    def test_are_only_of_the_ends_asked_for(
        self, service: RunningService, receiver: Receiver
    ) -> None:
        webhook = listen(service, receiver.url, events=["experiment.failed"])
        stories.post(service.store)
        stories.train(service.store)
        failing = stories.post(service.store)
        service.store.claims.fail(stories.take(service.store), "it burnt")
        until(lambda: receiver.received)
        [only] = deliveries(service, webhook)
        assert only["payload"]["data"]["id"] == failing.id
        assert "it burnt" in only["payload"]["data"]["error"]

    def test_can_be_tried_out(self, service: RunningService, receiver: Receiver) -> None:
        webhook = listen(service, receiver.url, events=["experiment.failed"])
        answer = service.http.post(f"/webhooks/{webhook['id']}/test")
        assert answer.status_code == 202
        until(lambda: receiver.received)
        [received] = receiver.received
        assert received.json["type"] == "webhook.test"
        assert received.headers["webhook-id"] == answer.json()["id"]


class TestAttempts:
    def test_go_on_until_one_is_accepted_with_the_same_id_and_body(
        self, service: RunningService, receiver: Receiver
    ) -> None:
        webhook = listen(service, receiver.url)
        receiver.statuses.extend([500, 302])
        service.http.post(f"/webhooks/{webhook['id']}/test")
        for told in ("answered 500", "answered 302; redirects are not followed"):
            until(lambda told=told: deliveries(service, webhook)[0]["told"] == told)
            assert deliveries(service, webhook)[0]["status"] == "pending"
            hurry(service.store)
        until(lambda: deliveries(service, webhook)[0]["status"] == "delivered")
        assert [one.path for one in receiver.received] == ["/"] * 3
        assert len({(one.headers["webhook-id"], one.body) for one in receiver.received}) == 1

    def test_outlive_the_service_and_the_experiment(self, settings: Settings) -> None:
        with receiving() as gone:
            port = int(gone.url.rpartition(":")[2])
        with running_service(settings) as service:
            webhook = listen(service, gone.url)
            ended = stories.post(service.store)
            stories.train(service.store)
            until(lambda: "no answer" in (deliveries(service, webhook)[0]["told"] or ""))
            assert service.http.delete(f"/experiments/{ended.id}").status_code == 204
        with receiving(port) as receiver, running_service(settings) as service:
            hurry(service.store)
            until(lambda: receiver.received)
            assert receiver.received[0].json["data"]["id"] == ended.id

    def test_end_with_their_webhook(self, service: RunningService, receiver: Receiver) -> None:
        webhook = listen(service, receiver.url)
        receiver.statuses.append(503)
        service.http.post(f"/webhooks/{webhook['id']}/test")
        until(lambda: deliveries(service, webhook)[0]["told"] == "answered 503")
        assert service.http.delete(f"/webhooks/{webhook['id']}").status_code == 204
        assert service.http.get("/webhooks").json()["data"] == []
        refusal(service.http.get(f"/webhooks/{webhook['id']}/deliveries"), 404)
        assert service.store.deliveries.take(9, 1.0) == []


class TestSecret:
    def test_is_told_once(self, service: RunningService, receiver: Receiver) -> None:
        webhook = listen(service, receiver.url)
        assert len(base64.b64decode(webhook.pop("secret").removeprefix("whsec_"))) == 32
        assert service.http.get("/webhooks").json()["data"] == [webhook]
        assert service.http.get(f"/webhooks/{webhook['id']}").json() == webhook


class TestAddresses:
    def test_that_may_not_be_reached_are_refused(self, shared_service: RunningService) -> None:
        for url, told in [
            ("http://127.0.0.1:9", "FITSERVE_WEBHOOK_NETWORKS"),
            ("http://localhost:9", "which is not public"),
            ("http://2130706433", "is at 127.0.0.1"),
            ("http://169.254.169.254/latest", "is at 169.254.169.254, which is not public"),
            ("http://[::1]:9", "is at ::1"),
            ("http://[::ffff:192.168.0.1]", "which is not public"),
            ("http://no-such-host.invalid", "cannot be resolved"),
            ("http://user:secret@93.184.215.14", "no user and no password"),
            ("ftp://93.184.215.14", "http"),
            ("nowhere", "URL"),
            ("http://93.184.215.14/" + "a" * 2_000, "at most 2000"),
        ]:
            refused = refusal(shared_service.http.post("/webhooks", json={"url": url}), 422)
            assert told in refused["message"], url
            assert refused["param"] == "url"
        assert shared_service.http.get("/webhooks").json()["data"] == []

    @pytest.fixture
    def resolve(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
        """Return a function that says what every name stands for from now on."""

        def say(address: str) -> None:
            found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))]
            module = "fitserve_service.webhooks.addresses.getaddrinfo"
            monkeypatch.setattr(module, lambda *_, **__: found)

        return say

    def test_are_those_that_were_looked_at_just_before(
        self, service: RunningService, receiver: Receiver, resolve: Callable[[str], None]
    ) -> None:
        resolve("127.0.0.1")
        port = receiver.url.rpartition(":")[2]
        # No resolver knows it: only who connects to the address itself gets through.
        webhook = listen(service, f"http://hook.invalid:{port}")
        resolve("192.168.0.1")
        service.http.post(f"/webhooks/{webhook['id']}/test")
        until(lambda: "not public" in (deliveries(service, webhook)[0]["told"] or ""))
        assert receiver.received == []
        resolve("127.0.0.1")
        hurry(service.store)
        until(lambda: receiver.received)
        assert receiver.received[0].headers["Host"] == f"hook.invalid:{port}"
