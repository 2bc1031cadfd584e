"""A real PostgreSQL server of the test run's own."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

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


@contextmanager
def running_postgresql() -> Iterator[str]:
    """Run a real PostgreSQL server on a Unix socket; yield its URL."""
    initdb, server = _program("initdb"), _program("postgres")
    if initdb is None or server is None:
        pytest.skip("PostgreSQL's server is not installed: apt-get install postgresql")
    user = _unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="fitserve-pg-"))
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    subprocess.run(
        [initdb, "-D", data, "-U", "postgres", "--no-sync", "-A", "trust"],
        check=True,
        user=user,
        cwd=folder,
        capture_output=True,
    )
    running = subprocess.Popen(
        [server, "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"],
        user=user,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"postgresql://postgres@/postgres?host={folder}"
    try:
        until(lambda: _answers(url))
        yield url
    finally:
        running.terminate()
        running.wait(30)
        shutil.rmtree(folder)


def _answers(url: str) -> bool:
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            return connection.execute(text("SELECT true")).scalar_one()
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
