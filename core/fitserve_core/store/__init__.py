"""Where experiments live: SQLite by default, PostgreSQL by `DATABASE_URL`."""

from fitserve_core.store.claims import Claim
from fitserve_core.store.files import Checkpoint, StoredFile
from fitserve_core.store.store import Store
from fitserve_core.store.viewers import Quota, Viewer

__all__ = ["Checkpoint", "Claim", "Quota", "Store", "StoredFile", "Viewer"]
