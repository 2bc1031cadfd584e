"""A running service: one for each test, or one that a module's harmless requests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from fitserve_core.settings import Settings
from fitserve_service.direct.route import DirectRoute
from fitserve_service.predict import sessions
from support.browsers import running_browser, watched_page
from support.perceptrons import Line, keep
from support.serving import RunningService, running_service
from support.wavelengths import JSON, LINE


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


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service with a kept model."""
    with running_service(settings_for(tmp_path_factory.mktemp("served"))) as running:
        keep(running.store, running.artefacts, Line())
        yield running


@pytest.fixture
def alone(served: RunningService, monkeypatch: pytest.MonkeyPatch) -> RunningService:
    """A service that has looked the model up, and whose application answers no predictions."""
    monkeypatch.setattr(sessions, "RESOLVED_FOR_SECONDS", 60)
    served.http.post("/predict", content=LINE, headers=JSON).raise_for_status()

    async def fail(*_: object) -> None:
        raise AssertionError("the application was asked")

    monkeypatch.setattr(DirectRoute, "answer", fail)
    return served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture
def context(browser: Browser, service: RunningService) -> Iterator[BrowserContext]:
    with browser.new_context(base_url=str(service.http.base_url)) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    with watched_page(context) as page:
        yield page
