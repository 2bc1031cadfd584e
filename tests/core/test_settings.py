"""Settings: read from the environment, empty variables as if they were not set."""

from pathlib import Path

import pytest

from fitserve_core.settings import Settings

VARIABLES = ("FITSERVE_API_KEYS", "DATABASE_URL", "REDIS_URL", "FITSERVE_MNIST", "FITSERVE_PORT")


class TestEnvironment:
    def test_empty_variables_are_not_set(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        for name in VARIABLES:
            monkeypatch.setenv(name, "")
        settings = Settings(data=tmp_path)
        assert (settings.api_keys, settings.redis_url, settings.mnist) == (None, None, None)
        assert settings.port == 8000
        assert settings.store_url == f"sqlite:///{tmp_path}/fitserve.sqlite3"

    @pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
    def test_postgresql_gets_its_driver(self, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
        monkeypatch.setenv("DATABASE_URL", f"{scheme}://me@host/db")
        assert Settings().store_url == "postgresql+psycopg://me@host/db"

    def test_another_process_reads_the_very_settings(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        given = {
            "data": tmp_path,
            "api_keys": "me:admin:" + 64 * "0",
            "database_url": "postgresql://me@host/db",
            "webhook_networks": "10.0.0.0/8,127.0.0.1/32",
            "allowed_hosts": "lab.example.org",
            "lease_seconds": 4,
            "max_epochs": 7,
        }
        settings = Settings.model_validate(given)
        monkeypatch.setenv("REDIS_URL", "redis://inherited")
        monkeypatch.setenv("FITSERVE_MAX_LAYERS", "3")
        for name, value in settings.environment().items():
            monkeypatch.setenv(name, value)
        assert Settings() == settings

    @pytest.mark.parametrize("devices", ["cpu,cpu", "gpu,cpu,gpu"])
    def test_a_device_is_named_once(self, monkeypatch: pytest.MonkeyPatch, devices: str) -> None:
        monkeypatch.setenv("FITSERVE_DEVICES", devices)
        with pytest.raises(ValueError, match=f"named once; received {devices}"):
            Settings()


class TestSecrets:
    def test_are_shown_by_no_representation(self, tmp_path: Path) -> None:
        told = {
            "api_keys": "me:admin:hidden",
            "database_url": "postgresql://me:hidden@host/db",
            "redis_url": "rediss://:hidden@host",
        }
        settings = Settings.model_validate({"data": tmp_path, **told})
        assert "hidden" not in f"{settings!r} {settings}"
        assert settings.store_url.endswith("me:hidden@host/db")
