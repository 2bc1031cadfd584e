"""House rules that no linter knows: who may import whom, how long a file is, what reads data."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES = 300

# It starts the whole service on this machine, so it may use all of it.
DEMO = ROOT / "clients/fitserve/demo"

# What a package must not import when it is imported itself; inside a function it may.
SERVER = {"fastapi", "uvicorn", "onnxruntime"}
TRAINING = {"tensorflow", "keras", "onnx"}
FORBIDDEN = {
    "core/fitserve_core": {"celery", *SERVER, *TRAINING, "fitserve_service", "fitserve_workers"},
    "clients/fitserve": {
        *("numpy", "sqlalchemy", "celery", "redis"),
        *SERVER,
        *TRAINING,
        *("fitserve_service", "fitserve_workers"),
    },
    "service/fitserve_service": {*TRAINING, "fitserve_workers"},
    "workers/fitserve_workers": {*SERVER, "fitserve_service"},
}

# What they read can run what it likes; Ruff knows their calls, not that they are imported at all.
UNPICKLERS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "torch"}
PRODUCT = ("core", "service", "workers", "clients")


def main() -> int:
    """Print every breach; return how many there are."""
    breaches = [*long_files(), *forbidden_imports(), *unpickling()]
    for breach in breaches:
        print(breach)
    return len(breaches)


def long_files() -> Iterator[str]:
    """Yield Python files above the limit."""
    for folder in ("core", "service", "workers", "clients", "tests", "benchmarks", "scripts"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            lines = len(path.read_text().splitlines())
            if lines > MOST_LINES:
                yield f"{path.relative_to(ROOT)}: {lines} lines; at most {MOST_LINES}: split it"


def forbidden_imports() -> Iterator[str]:
    """Yield imports that cross a boundary."""
    for package, forbidden in FORBIDDEN.items():
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.is_relative_to(DEMO):
                continue
            for line, module in module_level_imports(ast.parse(path.read_text())):
                if module.split(".")[0] in forbidden:
                    yield f"{path.relative_to(ROOT)}:{line}: {package} must not import {module}"


def unpickling() -> Iterator[str]:
    """Yield imports of what unpickles, wherever they stand, and calls that let it be done."""
    for path in (path for folder in PRODUCT for path in sorted((ROOT / folder).rglob("*.py"))):
        place = path.relative_to(ROOT)
        for node in ast.walk(ast.parse(path.read_text())):
            for module in _imported(node):
                if module.split(".")[0] in UNPICKLERS:
                    yield f"{place}:{node.lineno}: {module} runs what it reads: use JSON or npz"
            if isinstance(node, ast.keyword) and node.arg in {"allow_pickle", "safe_mode"}:
                safe = node.arg == "safe_mode"
                if not (isinstance(node.value, ast.Constant) and node.value.value is safe):
                    yield f"{place}:{node.lineno}: {node.arg} must be {safe}"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def module_level_imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and module of every import that runs when the module is imported."""
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            pending.extend(ast.iter_child_nodes(node))


if __name__ == "__main__":
    sys.exit(min(main(), 1))
