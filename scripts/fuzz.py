"""Let Schemathesis attack every call of the OpenAPI document, all checks; `make fuzz`.

The service has trained a model of each data set; then its workers end, so that what Schemathesis
posts waits, and a campaign costs what its requests cost. Options go on to `schemathesis run`.
"""

import argparse
import os
import random
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trial import settings_in

from fitserve import Client
from fitserve_core.keys import new_key
from fitserve_core.settings import Settings
from fitserve_service.stack import Stack
from fitserve_service.stack.process import Process

PROJECT = Path(__file__).resolve().parent.parent
SPECS = [
    {"dataset": "eckerle4", "repetitions": 2, "training": {"epochs": 50}},
    {
        "dataset": "mnist",
        "network": {"hidden_layers": [16]},
        "training": {"batch_size": 64, "epochs": 1},
    },
]


def main() -> int:
    """Return what Schemathesis returns: 0 if nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    asked, options = parser.parse_known_args()
    print(f"seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_in(Path(folder))
        _train(settings)
        key, entry = new_key("fuzz", "admin")
        with _served(settings, str(entry)) as url:
            program = Path(sys.executable).with_name("schemathesis")
            command = [program, "run", f"{url}/openapi.json", "--seed", str(asked.seed), *options]
            environment = {**os.environ, "FITSERVE_API_KEY": key}
            ended = subprocess.run(command, cwd=PROJECT, env=environment, check=False)
            return ended.returncode


def _train(settings: Settings) -> None:
    with Stack(settings) as stack, Client(stack.url) as client:
        for posted in [client.experiments.create(spec) for spec in SPECS]:
            ended = client.experiments.wait(posted.id)
            if ended.kept_model is None:
                raise SystemExit(f"{ended.id} has {ended.status} without a model: {ended.error}")


@contextmanager
def _served(settings: Settings, entry: str) -> Iterator[str]:
    """Yield the address of an API with one key, what explains beside it, and no workers."""
    explain_socket = settings.data / "explain.sock"
    environment = {
        **os.environ,
        "FITSERVE_DATA": str(settings.data),
        "FITSERVE_EXPLAIN_SOCKET": str(explain_socket),
        "FITSERVE_API_KEYS": entry,
        # It asks as fast as it is answered, also with wrong keys; how often one may has own tests.
        "FITSERVE_MAX_REQUESTS_PER_MINUTE": "1000000",
        "FITSERVE_MAX_WRONG_KEYS_PER_MINUTE": "1000000",
    }
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        parts = {
            "api": ["fitserve_service.server", str(listening.fileno())],
            "explain": ["fitserve_workers.explain", str(explain_socket)],
        }
        running = [
            Process(
                name,
                [sys.executable, "-m", *arguments],
                environment,
                settings.data / "logs" / f"{name}.log",
                [listening.fileno()],
            )
            for name, arguments in parts.items()
        ]
        try:
            for process in running:
                process.start()
            yield address
        finally:
            for process in running:
                process.ask_to_end()
            for process in running:
                process.end(within_seconds=10)


if __name__ == "__main__":
    sys.exit(main())
