"""Where experiments live: SQLite by default, PostgreSQL by `DATABASE_URL`."""

from fitserve_core.store.claims import Checkpoint, Claim
from fitserve_core.store.store import Store

__all__ = ["Checkpoint", "Claim", "Store"]
