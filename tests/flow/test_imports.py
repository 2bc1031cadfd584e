"""Boundaries between the parts: what an import must not bring along."""

import subprocess
import sys

import pytest

# Redis's client imports the SDK by itself wherever it is installed.
EXPORTER = "opentelemetry.exporter"
HEAVY = ("tensorflow", "keras", "onnx")
PROGRAM = """
import importlib, sys
importlib.import_module(sys.argv[1])
print(*sorted(sys.modules))
"""


def loaded_by(module: str) -> set[str]:
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM, module], capture_output=True, text=True, check=True
    )
    return set(found.stdout.split())


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("fitserve", {*HEAVY, "numpy", "fastapi", "celery", "sqlalchemy", "onnxruntime"}),
        ("fitserve.cli", {*HEAVY, "numpy", "fastapi", "celery", "sqlalchemy", "onnxruntime"}),
        (
            "fitserve_service.app",
            {*HEAVY, "fitserve_workers", "alembic", "PIL", "httpx2", "psycopg", EXPORTER},
        ),
        ("fitserve_workers.app", {*HEAVY, "fastapi", "onnxruntime", EXPORTER}),
    ],
)
def test_import_stays_light(module: str, forbidden: set[str]) -> None:
    loaded = loaded_by(module)
    assert module.partition(".")[0] in loaded
    assert loaded & forbidden == set()


def test_workers_have_postgresqls_client_before_tensorflow() -> None:
    """Loaded the other way round, the client calls TensorFlow's TLS, and the process dies of it."""
    assert "psycopg" in loaded_by("fitserve_workers.app")
