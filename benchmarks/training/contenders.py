"""Who takes turns at which workload."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.shared.processes import ROOT, Contender
from benchmarks.training.workloads import Workload

OURS = ROOT / ".venv/bin/python"
PEERS = ROOT / ".venv-bench-training/bin/python"
FITSERVE = "fitserve"


def _any(workload: Workload) -> bool:  # noqa: ARG001
    return True


def _sgd_of_one_layer(workload: Workload) -> bool:
    plain = workload.optimizer == "sgd" and not workload.dropout and not workload.normalized
    return plain and len(workload.hidden) == 1


@dataclass(frozen=True)
class Entrant:
    """A contender that may take part.

    Attributes:
        name: as tables call it.
        module: what its process runs, below `benchmarks.training`.
        arguments: for the module.
        python: the interpreter that has its libraries.
        slow: whether it trains only a workload's few rows in a turn.
        floor: whether it shows the limit, and is no peer.
        takes: which workloads it trains.
        shuffles: whether it orders several epochs' rows itself.
    """

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    python: Path = PEERS
    slow: bool = False
    floor: bool = False
    takes: Callable[[Workload], bool] = _any
    shuffles: bool = False

    def same_steps(self, workload: Workload) -> bool:
        """Return whether it is to come to this project's loss on `workload`."""
        return not (self.shuffles and workload.epochs > 1) and self.name != WITHOUT_DROPOUT

    def start(self) -> Contender:
        """Start its process."""
        return Contender(
            self.python,
            f"benchmarks.training.{self.module}",
            *self.arguments,
            XLA_FLAGS="--xla_cpu_multi_thread_eigen=false",
        )


def _digits(workload: Workload) -> bool:
    return workload.dataset == "mnist"


def _curve(workload: Workload) -> bool:
    return workload.dataset == "eckerle4"


def _dropout(workload: Workload) -> bool:
    return bool(workload.dropout)


def _sklearn_can(workload: Workload) -> bool:
    return not workload.dropout and not workload.normalized


KERAS_FIT, KERAS_BEST = "Keras fit", "Keras fit, best settings"
TORCH_EAGER, TORCH_COMPILED = "PyTorch, eager", "PyTorch, compiled"
SKLEARN, JAX_SCAN = "scikit-learn", "JAX scan"
DENSE_LOOP, SPARSE_LOOP = "Numba loop, dense", "Numba loop, zeros skipped"
WITHOUT_DROPOUT = "fitserve without dropout"

# The first that takes a workload is this project's; the others are compared with it.
ENTRANTS = (
    Entrant(FITSERVE, "fitserve_service", python=OURS, takes=_curve),
    Entrant(FITSERVE, "fitserve_program", ("as-it-is",), OURS, takes=_digits),
    Entrant(WITHOUT_DROPOUT, "fitserve_program", ("without-dropout",), OURS, takes=_dropout),
    Entrant("fitserve, program alone", "fitserve_program", ("as-it-is",), OURS, takes=_curve),
    Entrant(KERAS_FIT, "peers.keras_fit", ("as-it-comes",), slow=True, shuffles=True),
    Entrant(KERAS_BEST, "peers.keras_fit", ("best",), slow=True),
    Entrant(TORCH_EAGER, "peers.torch_loop", ("eager",), slow=True),
    Entrant(TORCH_COMPILED, "peers.torch_loop", ("compiled",), slow=True),
    Entrant(SKLEARN, "peers.sklearn_mlp", slow=True, takes=_sklearn_can),
    Entrant(JAX_SCAN, "peers.jax_scan"),
    Entrant(DENSE_LOOP, "peers.numba_loop", ("dense",), floor=True, takes=_sgd_of_one_layer),
    Entrant(SPARSE_LOOP, "peers.numba_loop", ("skip-zeros",), floor=True, takes=_sgd_of_one_layer),
)
