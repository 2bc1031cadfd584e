"""A service to try things on: in a folder of its own, whatever the environment says."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fitserve_core.settings import Settings
from fitserve_service.stack import Stack

OWN = {"port": 0, "database_url": None, "redis_url": None, "api_keys": None}


@contextmanager
def trial() -> Iterator[Stack]:
    """Serve while the context is open."""
    with tempfile.TemporaryDirectory() as folder, Stack(settings_in(Path(folder))) as stack:
        yield stack


def settings_in(folder: Path) -> Settings:
    """Return settings of a service in `folder`; MNIST is taken from the environment's data."""
    settings = Settings()
    cached = settings.data / "datasets"
    if cached.is_dir():
        shutil.copytree(cached, folder / "datasets")
    return settings.model_copy(update={"data": folder, **OWN})
