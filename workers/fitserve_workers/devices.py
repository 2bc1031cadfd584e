"""What TensorFlow can train on here: `python -m fitserve_workers.devices` names it, as JSON."""

import json
import subprocess
import sys

from fitserve_core.errors import ConfigurationError

LOOK_SECONDS = 120


def gpus() -> list[str]:
    """Return the names of this machine's GPUs, as TensorFlow counts them.

    In a process of its own: it takes seconds and a gigabyte, and a worker that has used TensorFlow
    cannot fork its slots.

    Raises:
        ConfigurationError: TensorFlow cannot be loaded.
    """
    look = [sys.executable, "-m", __name__]
    found = subprocess.run(look, capture_output=True, text=True, timeout=LOOK_SECONDS, check=False)
    if found.returncode != 0:
        said = found.stderr.strip().splitlines() or ["it said nothing"]
        raise ConfigurationError(f"TensorFlow cannot be loaded: {said[-1]}")
    names: list[str] = json.loads(found.stdout.splitlines()[-1])
    return names


def main() -> None:
    """Print the names of GPUs that TensorFlow finds."""
    import tensorflow as tf  # noqa: PLC0415  only in a process that does not fork

    config = tf.config.experimental
    names = [
        config.get_device_details(gpu).get("device_name", gpu.name)
        for gpu in tf.config.list_physical_devices("GPU")
    ]
    print(json.dumps(names))


if __name__ == "__main__":
    main()
