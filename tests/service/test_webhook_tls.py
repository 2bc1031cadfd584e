"""Webhooks over TLS: the connection goes to an address, the certificate is of the name."""

import asyncio
import socket
from collections.abc import Iterator
from ipaddress import ip_network

import pytest
import trustme

from fitserve_core.store.deliveries import Message
from fitserve_service.webhooks.sending import Outcome, attempt, new_http
from fitserve_service.webhooks.signing import new_secret
from support.receivers import Receiver, receiving

NAME = "hook.invalid"  # which no resolver knows: TLS alone gets to hear it


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def receiver(authority: trustme.CA) -> Iterator[Receiver]:
    with receiving(certificate=authority.issue_cert(NAME)) as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def _resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every name stand for this machine."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]
    module = "fitserve_service.webhooks.addresses.getaddrinfo"
    monkeypatch.setattr(module, lambda *_, **__: found)


@pytest.fixture
def trusted(
    authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let this process trust the authority, as an operator would."""
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


def sent(receiver: Receiver, name: str) -> Outcome:
    port = receiver.url.rpartition(":")[2]
    message = Message("msg_1", 1, f"https://{name}:{port}/hook", new_secret(), "{}")

    async def send() -> Outcome:
        async with new_http() as http:
            return await attempt(http, message, [ip_network("127.0.0.0/8")])

    return asyncio.run(send())


class TestCertificate:
    @pytest.mark.usefixtures("trusted")
    def test_of_the_name_is_taken_at_the_address(self, receiver: Receiver) -> None:
        before = len(receiver.received)
        assert sent(receiver, NAME) == Outcome(arrived=True, told="answered 204")
        [received] = receiver.received[before:]
        assert received.headers["Host"].startswith(f"{NAME}:")

    @pytest.mark.usefixtures("trusted")
    def test_of_another_name_is_refused(self, receiver: Receiver) -> None:
        before = len(receiver.received)
        outcome = sent(receiver, "other.invalid")
        assert not outcome.arrived
        assert "other.invalid" in outcome.told
        assert len(receiver.received) == before

    def test_of_an_unknown_authority_is_refused(self, receiver: Receiver) -> None:
        before = len(receiver.received)
        outcome = sent(receiver, NAME)
        assert not outcome.arrived
        assert "certificate verify failed" in outcome.told
        assert len(receiver.received) == before
