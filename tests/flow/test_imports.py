"""Boundaries between the parts: what an import must not bring along."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Redis's client imports the SDK by itself wherever it is installed.
EXPORTER = "opentelemetry.exporter"
HEAVY = ("tensorflow", "keras", "onnx")
PROGRAM = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*sorted(sys.modules))
"""


def loaded_by(*modules: str) -> set[str]:
    command = [sys.executable, "-c", PROGRAM, *modules]
    found = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
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


def test_benchmarks_find_what_they_import() -> None:
    files = (ROOT / "benchmarks").rglob("*.py")
    # Peers run in environments of their own.
    own = [file.relative_to(ROOT) for file in files if "peers" not in file.parts]
    modules = {".".join(file.with_suffix("").parts) for file in own if file.stem[:2] != "__"}
    assert modules <= loaded_by(*sorted(modules))
