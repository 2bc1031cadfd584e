"""With what a campaign was made: versions, data, machine."""

import hashlib
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version

from pydantic_core import to_json

from fitserve_core.datasets.eckerle4 import MEASUREMENTS
from fitserve_core.datasets.mnist_files import SHA256
from fitserve_core.results import Result

PACKAGES = ("fitserve", "tensorflow", "keras", "numpy", "scipy")


class Environment(Result):
    """With what figures were made."""

    made_at: datetime
    python: str
    machine: str
    cores: int
    versions: dict[str, str]
    data: dict[str, str]


def environment() -> Environment:
    """Return this process's environment; data sets go by the SHA-256 of their values."""
    return Environment(
        made_at=datetime.now(UTC).replace(microsecond=0),
        python=platform.python_version(),
        machine=f"{_processor()}, {platform.system()}",
        cores=os.cpu_count() or 1,
        versions={name: version(name) for name in PACKAGES},
        data={
            **{f"mnist {name}": digest for name, digest in SHA256.items()},
            "eckerle4": hashlib.sha256(to_json(MEASUREMENTS)).hexdigest(),
        },
    )


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model n")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()
