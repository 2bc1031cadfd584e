"""What a finished run is worth."""

from fitserve_workers.diagnostics.verdict import verdict

__all__ = ["verdict"]
