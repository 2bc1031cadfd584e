"""Contenders as processes of their own, which are asked one after the other."""

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)
# Set on some machines for other programs' sake; a library had better find out by itself.
LEFT_OUT = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
STOP_WITHIN_SECONDS = 20.0


class ContenderError(Exception):
    """A contender could not do what it was asked."""


def pin_to_one_core() -> int | None:
    """Keep this process, and all that it starts, on one core; None where the system has no way."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = max(os.sched_getaffinity(0))  # the first one often has the interrupts
    os.sched_setaffinity(0, {core})
    return core


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment as contenders get it: one thread each, and `more`."""
    kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    return kept | ONE_THREAD | {"TF_CPP_MIN_LOG_LEVEL": "3"} | more


class Contender:
    """A process that answers questions, as a context: one line of JSON each way.

    Args:
        python: the interpreter, of whichever environment has what it needs.
        module: what it runs; calls `answer`.
        arguments: for the module.
        more: further environment variables.
    """

    def __init__(self, python: Path, module: str, *arguments: str, **more: str) -> None:
        self._name = " ".join([module, *arguments])
        self._process = subprocess.Popen(
            [python, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment(**more),
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def ask(self, **question: Any) -> dict[str, Any]:
        """Return the answer.

        Raises:
            ContenderError: it failed, and told so or ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            print(json.dumps(question), file=self._process.stdin, flush=True)
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise ContenderError(f"{self._name} ended with {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise ContenderError(f"{self._name}, asked {question}:\n{answer['error']}")
        return answer


def answer(reply: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Answer the questions on standard input until it ends."""
    # Libraries print; only answers may go where answers are read.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        try:
            told = reply(json.loads(line))
        except Exception:
            told = {"error": traceback.format_exc()}
        print(json.dumps(told), file=answers, flush=True)
