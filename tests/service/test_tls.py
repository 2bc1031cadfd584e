"""Broker and store over TLS, where their addresses say so: certificates are looked at."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from kombu.exceptions import OperationalError as BrokerError
from redis import Redis
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from fitserve_core.broker import QUEUES
from fitserve_core.store import Store
from fitserve_workers.app import build_app
from service.conftest import settings_for
from support import stories
from support.brokers import OwnBroker
from support.postgresql import MissingServerError, OwnPostgresql
from support.serving import running_service
from support.tls import tls_before
from support.waiting import until


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def trusted(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The authority's certificate, in a file."""
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of an authority that has signed nothing here."""
    path = tmp_path_factory.mktemp("stranger") / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="module")
def broker(authority: trustme.CA) -> Iterator[tuple[OwnBroker, int]]:
    """A broker, and the port at which it answers over TLS."""
    broker = OwnBroker()
    broker.start()
    try:
        with tls_before(broker.socket, authority.issue_cert("localhost")) as port:
            yield broker, port
    finally:
        broker.remove()


@pytest.fixture(scope="module")
def server(authority: trustme.CA) -> Iterator[OwnPostgresql]:
    """A server that answers over TLS as `localhost`."""
    try:
        server = OwnPostgresql(authority.issue_cert("localhost"))
    except MissingServerError as error:
        pytest.skip(str(error))
    try:
        server.start()
        yield server
    finally:
        server.remove()


class TestBroker:
    def test_is_sent_hints_and_counts_requests(
        self, tmp_path: Path, broker: tuple[OwnBroker, int], trusted: Path
    ) -> None:
        behind, port = broker
        url = f"rediss://localhost:{port}/0?ssl_ca_certs={trusted}"
        with running_service(settings_for(tmp_path, redis_url=url)) as service:
            assert service.http.get("/readyz").json()["parts"]["broker"] == "ok"
            stories.post(service.store)
            until(lambda: behind.hints() == 1)
            with Redis.from_url(behind.url) as connection:
                assert any(b"max_requests" in key for key in connection.keys("fitserve:rates:*"))
        app = build_app(settings_for(tmp_path, redis_url=url), "cpu", 1)
        with app.connection_for_read() as connection:
            queue = connection.SimpleQueue(QUEUES["auto"])
            message = queue.get(timeout=10)
            message.ack()
            queue.close()
        assert json.loads(message.body)[:2] == [[], {}]
        app.close()

    def test_of_another_authority_or_name_is_not_spoken_to(
        self, tmp_path: Path, broker: tuple[OwnBroker, int], trusted: Path, stranger: Path
    ) -> None:
        _, port = broker
        for name, known in (("localhost", stranger), ("127.0.0.1", trusted)):
            url = f"rediss://{name}:{port}/0?ssl_ca_certs={known}"
            settings = settings_for(tmp_path / name, redis_url=url)
            with running_service(settings) as service:
                told = service.http.get("/readyz").json()["parts"]["broker"]
                assert told == "unavailable: ConnectionError"
            app = build_app(settings, "cpu", 1)
            with (
                app.connection_for_read() as connection,
                pytest.raises(BrokerError, match="certificate verify failed"),
            ):
                connection.ensure_connection(max_retries=1, interval_start=0)
            app.close()


class TestPostgresql:
    def test_is_spoken_to_where_its_certificate_is_right(
        self, tmp_path: Path, server: OwnPostgresql, trusted: Path
    ) -> None:
        store = Store.opened(settings_for(tmp_path, database_url=_url(server, trusted)))
        with store.database.reading() as connection:
            query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            assert connection.execute(text(query)).scalar_one() is True
        store.close()

    def test_of_another_authority_or_name_is_not_spoken_to(
        self, tmp_path: Path, server: OwnPostgresql, trusted: Path, stranger: Path
    ) -> None:
        wrong = {
            _url(server, stranger): "certificate verify failed",
            _url(server, trusted, "127.0.0.1"): "does not match host name",
        }
        for url, told in wrong.items():
            with pytest.raises(OperationalError, match=told):
                Store.opened(settings_for(tmp_path, database_url=url))


def _url(server: OwnPostgresql, trusted: Path, name: str = "localhost") -> str:
    return (
        f"postgresql://postgres@{name}:{server.port}/postgres"
        f"?sslmode=verify-full&sslrootcert={trusted}"
    )
