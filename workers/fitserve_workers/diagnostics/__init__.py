"""What a finished run is worth, and what can be seen of it."""

from fitserve_workers.diagnostics.record import record_of, write_record
from fitserve_workers.diagnostics.verdict import verdict
from fitserve_workers.diagnostics.weights import Arrays, weights_of

__all__ = ["Arrays", "record_of", "verdict", "weights_of", "write_record"]
