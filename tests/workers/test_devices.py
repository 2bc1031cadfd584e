"""Slots and devices: what TensorFlow is told of a machine, with lists of devices made up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

from fitserve_core.devices import DeviceKind
from fitserve_core.errors import ConfigurationError
from fitserve_core.settings import Settings
from fitserve_workers import app, devices
from fitserve_workers.training import configure_tensorflow

Told = dict[str, list[Any]]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], Told]:
    """Return a function that lets TensorFlow find these GPUs; what it is then told."""

    def found(gpus: list[str]) -> Told:
        told: Told = {"visible": [], "growing": []}
        monkeypatch.setenv("XLA_FLAGS", "")
        monkeypatch.setattr(tf.config, "list_physical_devices", lambda _: gpus)
        monkeypatch.setattr(
            tf.config, "set_visible_devices", lambda own, _: told["visible"].extend(own)
        )
        monkeypatch.setattr(
            tf.config.experimental,
            "set_memory_growth",
            lambda gpu, grows: told["growing"].append((gpu, grows)),
        )
        return told

    return found


class TestConfigureTensorflow:
    def test_gives_a_slot_its_own_gpu_with_memory_growth(
        self, machine: Callable[[list[str]], Told]
    ) -> None:
        told = machine(["first", "second"])
        configure_tensorflow(gpu=1)
        assert told == {"visible": ["second"], "growing": [("second", True)]}

    def test_keeps_a_slot_of_the_cpu_away_from_gpus(
        self, machine: Callable[[list[str]], Told]
    ) -> None:
        told = machine(["first", "second"])
        configure_tensorflow()
        assert told == {"visible": [], "growing": []}


class TestWork:
    def test_says_what_a_gpu_worker_without_a_gpu_needs(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(devices, "gpus", list)
        settings = Settings(data=tmp_path, redis_url="redis://127.0.0.1:1")
        told = r"train on gpu, .*finds no GPU here, only the CPU \(\d+ cores\)"
        with pytest.raises(ConfigurationError, match=told):
            app.work(settings, "gpu")

    @pytest.mark.parametrize("device", ["cpu", "gpu"])
    def test_is_known_to_the_broker_by_its_device(self, device: DeviceKind, tmp_path: Path) -> None:
        settings = Settings(data=tmp_path, redis_url="redis://127.0.0.1:1")
        conf = app.build_app(settings, device, slots=3).conf
        name = conf.broker_transport_options["client_name"]
        assert name.startswith(f"fitserve-worker-{device}-")
        assert conf.worker_concurrency == 3


class TestGpus:
    def test_tells_why_tensorflow_cannot_be_loaded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(devices, "__name__", "no.such.module")
        with pytest.raises(ConfigurationError, match=r"cannot be loaded: .*no"):
            devices.gpus()
