"""Start the service, train two models, and let the real clients in tests/interop talk to it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from fitserve import Client
from fitserve_core.settings import Settings
from fitserve_service.stack import Stack

PROJECT = Path(__file__).resolve().parent.parent
TESTS = PROJECT / "tests/interop"
PYTEST = PROJECT / ".venv-interop/bin/pytest"
SPECS = [
    {"name": "Curve", "dataset": "eckerle4", "repetitions": 2, "training": {"epochs": 50}},
    {
        "dataset": "mnist",
        "network": {"hidden_layers": [16]},
        "training": {"batch_size": 64, "epochs": 1},
    },
]


def main() -> int:
    """Return what the clients' tests return."""
    with tempfile.TemporaryDirectory() as folder:
        cached = Settings().data / "datasets"
        if cached.is_dir():
            Path(folder, "datasets").symlink_to(cached.resolve())
        settings = Settings().model_copy(update={"data": Path(folder), "port": 0})
        with Stack(settings) as stack, Client(stack.url) as client:
            ended_all = []
            for posted in [client.experiments.create(spec) for spec in SPECS]:
                ended = client.experiments.wait(posted.id)
                ended_all.append(ended.id)
                if ended.kept_model is None:
                    print(f"{ended.id} has {ended.status} without a model: {ended.error}")
                    return 1
            told = {"FITSERVE_INTEROP_URL": stack.url, "FITSERVE_INTEROP_CURVE": ended_all[0]}
            environment = {**os.environ, **told}
            return subprocess.run([PYTEST], cwd=TESTS, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
