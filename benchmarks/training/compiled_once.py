"""A process of `compiling`: it compiles one program, on `one` core or `all`, and tells how long."""

import dataclasses
import gc
import sys
import time
from typing import Any

from benchmarks.shared.processes import answer, pin_to_one_core
from benchmarks.training.digits import first_rows
from benchmarks.training.problems import dataset, run_plan
from benchmarks.training.workloads import WORKLOADS
from fitserve_workers.training import ProgramCache, configure_tensorflow, warm
from fitserve_workers.training.program import Program
from fitserve_workers.training.shape import Shape
from fitserve_workers.training.sparse import leaves_zeros_alone

VALIDATION_ROWS = 10_000


def compiled(question: dict[str, Any]) -> dict[str, Any]:
    """Answer with the seconds from rows in memory to a program that can train."""
    workload = WORKLOADS[question["workload"]]
    plan, rows = run_plan(workload), dataset(workload, workload.rows)
    if workload.dataset == "mnist":
        few = min(workload.rows, VALIDATION_ROWS)
        rows = dataclasses.replace(rows, validation=first_rows(rows, few).train)
    tensors = ProgramCache().tensors(rows, skip_zeros=leaves_zeros_alone(plan))
    if question["warmed"]:
        warm()
    began = time.perf_counter()
    Program(Shape.of(plan, rows, skips_zeros=tensors.skips_zeros)).compile(tensors)
    return {"seconds": time.perf_counter() - began}


if __name__ == "__main__":
    if sys.argv[1] == "one":
        pin_to_one_core()
    gc.freeze()  # as a slot does
    configure_tensorflow()
    answer(compiled)
