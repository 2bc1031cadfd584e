"""A running service: one for each test, or one that a module's harmless requests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fitserve_core.settings import Settings
from support.serving import RunningService, running_service


def settings_for(data: Path, **changes: object) -> Settings:
    return Settings.model_validate(
        {"data": data, "database_url": None, "redis_url": None} | changes
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a service with an empty store and no broker."""
    return settings_for(tmp_path / "data")


@pytest.fixture
def service(settings: Settings) -> Iterator[RunningService]:
    """A service of the test's own."""
    with running_service(settings) as running:
        yield running


@pytest.fixture(scope="module")
def shared_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service for tests that leave nothing behind."""
    with running_service(settings_for(tmp_path_factory.mktemp("shared"))) as running:
        yield running
