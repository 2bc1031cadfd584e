"""An API process under attack: it refuses, and does not grow."""

import base64
import gzip
import json
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from fitserve_core.artefacts import Artefacts
from fitserve_core.store import Store
from service.conftest import settings_for
from support.perceptrons import Digits, keep
from support.ports import free_port
from support.processes import peak_kilobytes
from support.refusals import refusal
from support.waiting import until

JSON = {"Content-Type": "application/json"}
LARGE = 100_000_000
# A body is held once as it comes, and once whole; 32 MiB of one are read at most.
MOST_GROWTH_KILOBYTES = 100 * 1024


def png(width: int, height: int, rows: bytes) -> str:
    """Return a grey PNG that says it is so large, with `rows` as its packed content, in base64."""

    def chunk(name: bytes, content: bytes) -> bytes:
        told = name + content
        return struct.pack(">I", len(content)) + told + struct.pack(">I", zlib.crc32(told))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    file = b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in chunks)
    return base64.b64encode(file).decode()


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, httpx2.Client]]:
    """The process that serves a model of digits, and a client of it."""
    data = tmp_path_factory.mktemp("attacked")
    settings = settings_for(data)
    store = Store.opened(settings)
    keep(store, Artefacts(settings.artefacts), Digits())
    store.close()
    port = free_port()
    told = {"FITSERVE_DATA": str(data), "FITSERVE_PORT": str(port), "FITSERVE_LOG_LEVEL": "error"}
    command = [sys.executable, "-m", "fitserve_service.server"]
    process = subprocess.Popen(command, env=os.environ | told)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
            until(lambda: _answers(http))
            yield process.pid, http
    finally:
        process.terminate()
        process.wait(20)


def _answers(http: httpx2.Client) -> bool:
    try:
        return http.get("/healthz").status_code == 200
    except httpx2.ConnectError:
        return False


def _pieces() -> Iterator[bytes]:
    for _ in range(LARGE // 1_000_000):
        yield b" " * 1_000_000


def _image(image: str) -> bytes:
    return json.dumps({"model": "mnist", "instances": [{"b64": image}]}).encode()


@pytest.mark.skipif(not Path("/proc").exists(), reason="reads /proc")
class TestMemory:
    def test_does_not_grow_by_what_is_refused(self, api: tuple[int, httpx2.Client]) -> None:
        process, http = api
        zeros = [0] * 784
        http.post("/predict", json={"model": "mnist", "instances": [zeros]}).raise_for_status()
        before = peak_kilobytes(process)
        for path in ("/experiments", "/predict", "/v2/models/mnist/infer"):
            for body, status in (
                (b" " * LARGE, 413),
                (_pieces(), 413),
                (b"[" * 100_000, 422),
                (b'{"dataset":' * 90_000, 422),
            ):
                answer = http.post(path, content=body, headers=JSON)
                if path.startswith("/v2"):
                    assert answer.status_code == (400 if status == 422 else status)
                    assert list(answer.json()) == ["error"]
                else:
                    refusal(answer, status)
            packed = gzip.compress(bytes(LARGE))
            headers = {**JSON, "Content-Encoding": "gzip"}
            assert http.post(path, content=packed, headers=headers).status_code == 415
            tiny = b'{"inputs": [' + b"[]," * 10_000_000 + b"1]}"
            assert http.post(path, content=tiny, headers=JSON).status_code in {400, 413, 422}
        for bomb in (png(60_000, 60_000, bytes(60_000)), png(28, 28, bytes(LARGE))):
            answer = http.post("/predict", content=_image(bomb), headers=JSON)
            if answer.status_code != 200:  # a PNG's rows end where its size says so
                refusal(answer, 422)
        assert peak_kilobytes(process) - before < MOST_GROWTH_KILOBYTES

    def test_keeps_no_long_id(self, api: tuple[int, httpx2.Client]) -> None:
        process, http = api
        before = peak_kilobytes(process)
        tensor = {"name": "inputs", "datatype": "UINT8", "shape": [1, 784], "data": [9] * 784}
        asked = {"inputs": [tensor], "parameters": {"binary_data_output": True}}
        for number in range(50):
            told = asked | {"id": str(number).ljust(2_000_000)}
            assert http.post("/v2/models/mnist/infer", json=told).status_code == 200
        assert peak_kilobytes(process) - before < MOST_GROWTH_KILOBYTES

    def test_keeps_no_long_path(self, api: tuple[int, httpx2.Client]) -> None:
        process, http = api
        before = peak_kilobytes(process)
        for number in range(1_000):
            name = f"%F0%9F%98%80{number}".ljust(60_000, "a")
            assert http.post(f"/experiments/{name}").status_code == 414
        assert peak_kilobytes(process) - before < MOST_GROWTH_KILOBYTES
