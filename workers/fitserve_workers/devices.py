"""What TensorFlow can train on here: `python -m fitserve_workers.devices` names it, as JSON."""

import json
import os
import subprocess
import sys

from fitserve_core.errors import ConfigurationError

LOOK_SECONDS = 120


def required_gpus(asked: str) -> list[str]:
    """Return the names of this machine's GPUs, of which there must be one.

    Args:
        asked: what asks for GPUs, as `FITSERVE_DEVICES is gpu`.

    Raises:
        ConfigurationError: there is none, or TensorFlow cannot be loaded.
    """
    if found := gpus():
        return found
    raise ConfigurationError(
        f"{asked}, and TensorFlow finds no GPU here, only the CPU ({os.cpu_count()} cores), which "
        "`cpu` trains on; what a GPU needs on Linux is NVIDIA's driver and "
        "`pip install 'tensorflow[and-cuda]'`"
    )


def gpus() -> list[str]:
    """Return the names of this machine's GPUs, as TensorFlow counts them.

    In a process of its own: it takes seconds and a gigabyte, and a worker that has used TensorFlow
    cannot fork its slots.

    Raises:
        ConfigurationError: TensorFlow cannot be loaded.
    """
    look = [sys.executable, "-m", __name__]
    try:
        found = subprocess.run(
            look, capture_output=True, text=True, timeout=LOOK_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        told = f"TensorFlow has not told what devices it finds for {LOOK_SECONDS} s"
        raise ConfigurationError(told) from None
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
