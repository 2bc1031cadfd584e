"""Named points at which a process of an attacked house kills itself or waits, when armed.

Python imports this module at the start of every process of the house. A point is armed by a file of
its name: `kill 3` kills the process that is the third to come by, and disarms; `hold` holds whoever
comes by until the file is gone; `kill exp_…` kills whoever comes by for that experiment, always.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any

ARMED = Path(os.environ["CHAOS_ARMED"])

Function = Callable[..., Any]


def come_by(point: str, told: tuple[Any, ...]) -> None:
    flag = ARMED / point
    order, _, which = _read(flag).partition(" ")
    if order == "hold":
        _mark(point, "held")
        while flag.exists():
            time.sleep(0.01)
    elif order == "kill" and which.startswith("exp_"):
        if any(getattr(value, "experiment_id", None) == which for value in told):
            os.kill(os.getpid(), signal.SIGKILL)
    elif order == "kill" and int(which) > 1:
        flag.write_text(f"kill {int(which) - 1}")
    elif order == "kill" and _disarm(flag):
        _mark(point, "killed")
        os.kill(os.getpid(), signal.SIGKILL)


def before(point: str, function: Function) -> Function:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        come_by(point, args)
        return function(*args, **kwargs)

    return wrapped


def after(point: str, function: Function) -> Function:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        returned = function(*args, **kwargs)
        if returned is not None or point != "claimed":
            come_by(point, (*args, returned))
        return returned

    return wrapped


def half_written(point: str, function: Function) -> Function:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        whole = function(*args, **kwargs)
        if _read(ARMED / point) == "kill 1":
            [path] = [value for value in args if isinstance(value, Path)]
            os.truncate(path, path.stat().st_size // 2)
        come_by(point, args)
        return whole

    return wrapped


# What is wrapped once its module has been imported: (module, where in it) to (point, how).
POINTS = {
    ("fitserve_service.dispatcher", "Dispatcher.wake"): [("posted", before)],
    ("fitserve_core.store.claims", "Claims.take"): [("claimed", after)],
    ("fitserve_core.store.claims", "Claims.record"): [("saved", before), ("recorded", after)],
    ("fitserve_core.store.claims", "Claims.succeed"): [("ending", before), ("ended", after)],
    ("fitserve_workers.training.checkpoint", "write"): [("half-saved", half_written)],
    ("fitserve_workers.runner", "export_keras"): [("exporting-keras", before)],
    ("fitserve_workers.runner", "export_onnx"): [("exporting-onnx", half_written)],
    ("fitserve_workers.runner", "load_dataset"): [("starting", before)],
}
MODULES = {module for module, _ in POINTS}


class Finder(MetaPathFinder):
    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        found = PathFinder.find_spec(name, path, target) if name in MODULES else None
        if found is None or found.loader is None:
            return None
        execute = found.loader.exec_module

        def exec_module(module: Any) -> None:
            execute(module)
            for (of, where), points in POINTS.items():
                if of == name:
                    _wrap(module, where, points)

        found.loader.exec_module = exec_module  # type: ignore[method-assign]
        return found


def _wrap(module: Any, where: str, points: list[tuple[str, Callable[..., Function]]]) -> None:
    *owners, name = where.split(".")
    owner = module
    for part in owners:
        owner = getattr(owner, part)
    for point, how in points:
        setattr(owner, name, how(point, getattr(owner, name)))


def _read(flag: Path) -> str:
    try:
        return flag.read_text()
    except FileNotFoundError:
        return ""


def _disarm(flag: Path) -> bool:
    try:
        flag.unlink()
    except FileNotFoundError:
        return False
    return True


def _mark(point: str, what: str) -> None:
    (ARMED / f"{point}.{what}").write_text(str(os.getpid()))


sys.meta_path.insert(0, Finder())
