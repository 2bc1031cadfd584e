"""A real PostgreSQL server of the test run's own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg  # noqa: F401 - loaded after TensorFlow, it calls TensorFlow's TLS and dies of it
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from trustme import LeafCert

from support.ports import free_port
from support.waiting import until


def _program(name: str) -> Path | None:
    found = shutil.which(name)
    if found:
        return Path(found)
    return next(iter(sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))), None)


def _unprivileged_user() -> str | None:
    # PostgreSQL refuses to run as root.
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class OwnPostgresql:
    """A real PostgreSQL server on a Unix socket, started and stopped when a test wants it.

    Args:
        certificate: with which it answers over TLS, too, at `port` of this machine.

    Raises:
        MissingServerError: it is not installed.
    """

    def __init__(self, certificate: LeafCert | None = None) -> None:
        initdb, server = _program("initdb"), _program("postgres")
        if initdb is None or server is None:
            raise MissingServerError(
                "PostgreSQL's server is not installed: apt-get install postgresql"
            )
        self._server = server
        self._user = _unprivileged_user()
        self._folder = Path(tempfile.mkdtemp(prefix="fitserve-pg-"))
        self._running: subprocess.Popen[bytes] | None = None
        if self._user:
            shutil.chown(self._folder, self._user)
        subprocess.run(
            [initdb, "-D", self._data, "-U", "postgres", "--no-sync", "-A", "trust"],
            check=True,
            user=self._user,
            cwd=self._folder,
            capture_output=True,
        )
        self.port = free_port()
        self.url = f"postgresql://postgres@/postgres?host={self._folder}&port={self.port}"
        self._tls = [] if certificate is None else self._secured(certificate)

    def _secured(self, certificate: LeafCert) -> list[str]:
        key = self._data / "server.pem"
        key.touch(mode=0o600)
        key.write_bytes(certificate.private_key_and_cert_chain_pem.bytes())
        if self._user:
            shutil.chown(key, self._user)
        return [
            *("-c", "ssl=on", "-c", f"ssl_cert_file={key}", "-c", f"ssl_key_file={key}"),
            *("-c", "listen_addresses=127.0.0.1"),
        ]

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def start(self) -> None:
        settings = ["-p", str(self.port), "-c", "fsync=off"]
        settings += self._tls or ["-c", "listen_addresses="]
        self._running = subprocess.Popen(
            [self._server, "-D", self._data, "-k", self._folder, *settings],
            user=self._user,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(lambda: _answers(self.url))

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it: SIGTERM waits for clients, SIGINT sends them away, SIGQUIT is a crash."""
        if self._running is not None:
            self._running.send_signal(how)
            self._running.wait(30)
            self._running = None

    def kill_backends(self) -> int:
        """End every connection but this one; return how many."""
        engine = _engine(self.url)
        query = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        )
        with engine.connect() as connection:
            killed = connection.execute(text(f"{query} AND backend_type = 'client backend'")).all()
        engine.dispose()
        return len(killed)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)


class MissingServerError(Exception):
    """There is no PostgreSQL server on this machine."""


@contextmanager
def running_postgresql() -> Iterator[str]:
    """Run a real PostgreSQL server on a Unix socket; yield its URL."""
    try:
        server = OwnPostgresql()
    except MissingServerError as error:
        pytest.skip(str(error))
    try:
        server.start()
        yield server.url
    finally:
        server.remove()


def _answers(url: str) -> bool:
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            return bool(connection.execute(text("SELECT true")).scalar_one())
    except OperationalError:
        return False
    finally:
        engine.dispose()


def emptied(url: str) -> str:
    """Remove every table of a database; return its URL."""
    engine = _engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url


def _engine(url: str) -> Engine:
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
