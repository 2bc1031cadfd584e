"""Start the service, train two models, and let the real clients in tests/interop talk to it."""

import os
import subprocess
import sys
from pathlib import Path

from trial import trial

from fitserve import Client

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
    with trial() as stack, Client(stack.url) as client:
        posted = [client.experiments.create(spec) for spec in SPECS]
        for ended in [client.experiments.wait(each.id) for each in posted]:
            if ended.kept_model is None:
                print(f"{ended.id} has {ended.status} without a model: {ended.error}")
                return 1
        told = {"FITSERVE_INTEROP_URL": stack.url, "FITSERVE_INTEROP_CURVE": posted[0].id}
        environment = {**os.environ, **told}
        return subprocess.run([PYTEST], cwd=TESTS, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
