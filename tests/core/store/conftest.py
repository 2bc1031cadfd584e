"""Stores to test with: SQLite in a fresh folder, and a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fitserve_core.settings import Settings
from fitserve_core.store import Store
from support.postgresql import emptied


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of an empty store with a long lease."""
    url = None
    if request.param == "postgresql":
        url = emptied(request.getfixturevalue("postgresql"))
    return Settings(data=tmp_path, database_url=url, redis_url=None, lease_seconds=60)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """An open, empty store."""
    store = Store.opened(settings)
    yield store
    store.close()
