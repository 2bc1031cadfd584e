"""Configuration of service and workers, from the environment."""

import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, IPvAnyNetwork, SecretStr, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from fitserve_core.devices import DeviceKind
from fitserve_core.limits import HouseLimits


def _available_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Settings(BaseSettings, HouseLimits):
    """Every setting, its environment variable (`FITSERVE_` + name, or as given) and default."""

    model_config = SettingsConfigDict(
        env_prefix="FITSERVE_", env_ignore_empty=True, populate_by_name=True, frozen=True
    )

    data: Path = Field(
        default_factory=lambda: user_data_path("fitserve"),
        description="Data folder: SQLite store, artefacts, cached data sets, logs.",
    )
    host: str = Field(default="127.0.0.1", description="Address that the API binds.")
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port of the API; 0 takes a free one."
    )
    api_processes: int = Field(
        default=1, ge=1, description="Processes that answer on the one port."
    )
    slots: int = Field(
        default_factory=_available_cores,
        ge=1,
        description="Trainings at a time on the CPU, one a core.",
    )
    devices: Annotated[tuple[DeviceKind, ...], NoDecode] = Field(
        default=("cpu",),
        min_length=1,
        description="What `fitserve up` trains on; `cpu,gpu` adds one training a GPU.",
    )
    api_keys: SecretStr | None = Field(
        default=None,
        description="Who may call: entries that `fitserve keys new` prints, or a file of them.",
    )
    database_url: Annotated[
        str | None, Field(validation_alias=AliasChoices("DATABASE_URL", "database_url"))
    ] = Field(
        default=None,
        repr=False,
        description="`postgresql://…`; without it SQLite in the data folder.",
    )
    redis_url: Annotated[
        str | None, Field(validation_alias=AliasChoices("REDIS_URL", "redis_url"))
    ] = Field(
        default=None,
        repr=False,
        description="`redis://…`; without it an embedded broker is started.",
    )
    mnist: Path | None = Field(
        default=None, description="`mnist.npz`, or a folder with the four IDX files."
    )
    explain_socket: Path | None = Field(
        default=None, description="Where explanations are answered; `fitserve up` sets it."
    )
    max_body_bytes: int = Field(
        default=32 * 2**20, ge=1024, description="Larger request bodies get 413."
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Names besides localhost under which a service without API keys is asked.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Sites whose pages may ask, such as `https://lab.example.org`."
    )
    webhook_networks: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = Field(
        default=(),
        description="Private networks that webhooks may reach, such as `10.0.0.0/8,127.0.0.1/32`.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe lines that are logged."
    )
    lease_seconds: float = Field(
        default=20.0, gt=1, description="A run whose worker is silent for so long is given away."
    )
    max_lost_attempts: int = Field(
        default=3, ge=1, description="A run that loses so many attempts is failed."
    )

    @field_validator("devices", "allowed_hosts", "cors_origins", "webhook_networks", mode="before")
    @classmethod
    def _listed(cls, value: str | Iterable[object]) -> Iterable[object]:
        return [part.strip() for part in value.split(",")] if isinstance(value, str) else value

    @field_validator("devices")
    @classmethod
    def _each_once(cls, devices: tuple[DeviceKind, ...]) -> tuple[DeviceKind, ...]:
        if len(set(devices)) < len(devices):
            raise ValueError(f"each kind of device is named once; received {','.join(devices)}")
        return devices

    def environment(self) -> dict[str, str]:
        """Return the variables by which another process reads these very settings.

        What has no value is empty, so that it hides a variable that is inherited.
        """
        fields = type(self).model_fields
        return {
            _variable(name, field): _written(getattr(self, name)) for name, field in fields.items()
        }

    def make_data_folder(self) -> None:
        """Make the data folder, unless it is there, for its owner alone: secrets lie in it."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)

    @cached_property
    def limits(self) -> HouseLimits:
        """The most that one experiment, and one caller, may ask for."""
        fields = HouseLimits.model_fields
        return HouseLimits.model_validate({name: getattr(self, name) for name in fields})

    @cached_property
    def artefacts(self) -> Path:
        """Folder of checkpoints and model files."""
        return self.data / "artefacts"

    @cached_property
    def store_url(self) -> str:
        """SQLAlchemy's URL of the store."""
        if self.database_url is None:
            return f"sqlite:///{self.data / 'fitserve.sqlite3'}"
        scheme, _, rest = self.database_url.partition("://")
        if scheme in {"postgres", "postgresql"}:
            return f"postgresql+psycopg://{rest}"
        return self.database_url


def _variable(name: str, field: FieldInfo) -> str:
    if isinstance(field.validation_alias, AliasChoices):
        return str(field.validation_alias.choices[0])
    return f"FITSERVE_{name.upper()}"


def _written(value: Any) -> str:
    match value:
        case None:
            return ""
        case SecretStr():
            return value.get_secret_value()
        case Path():
            return str(value.resolve())
        case tuple():
            return ",".join(str(part) for part in value)
    return str(value)
