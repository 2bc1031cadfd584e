"""The store: what can be asked of one database, by subject."""

from copy import copy

from fitserve_core.settings import Settings
from fitserve_core.store.claims import Claims
from fitserve_core.store.database import Database
from fitserve_core.store.deliveries import Deliveries
from fitserve_core.store.events import Events
from fitserve_core.store.experiments import Experiments
from fitserve_core.store.extending import Extensions
from fitserve_core.store.forecasts import Forecasts
from fitserve_core.store.histories import Histories
from fitserve_core.store.inventory import Inventory
from fitserve_core.store.leases import Leases
from fitserve_core.store.migrate import migrate
from fitserve_core.store.models import Models
from fitserve_core.store.retention import Retention
from fitserve_core.store.runs import Runs
from fitserve_core.store.sessions import Sessions
from fitserve_core.store.versions import Versions
from fitserve_core.store.viewers import EVERYBODY, Viewer
from fitserve_core.store.webhooks import Webhooks


class Store:
    """Experiments, runs, claims, leases, events, models, webhooks, sessions in one database.

    Args:
        settings: which database, and how long a lease is.
    """

    def __init__(self, settings: Settings) -> None:
        self.database = Database(settings.store_url)
        self._show_to(EVERYBODY)
        self.claims = Claims(self.database, settings.lease_seconds)
        self.leases = Leases(self.database, settings.max_lost_attempts)
        self.inventory = Inventory(self.database)
        self.webhooks = Webhooks(self.database)
        self.sessions = Sessions(self.database)
        self.deliveries = Deliveries(self.database)
        self.retention = Retention(self.database)

    @classmethod
    def opened(cls, settings: Settings) -> "Store":
        """Return a store whose schema is the newest, making the data folder if need be.

        Raises:
            ConfigurationError: a newer fitserve has migrated the database.
        """
        settings.make_data_folder()
        store = cls(settings)
        try:
            with store.database.writing() as connection:
                migrate(connection)
        except BaseException:
            store.close()
            raise
        return store

    def seen_by(self, viewer: Viewer) -> "Store":
        """Return the same store as `viewer` may see and change it, over the same connections."""
        seen = copy(self)
        seen._show_to(viewer)
        return seen

    def _show_to(self, viewer: Viewer) -> None:
        self.experiments = Experiments(self.database, viewer)
        self.extensions = Extensions(self.database, viewer)
        self.forecasts = Forecasts(self.database, viewer)
        self.runs = Runs(self.database, viewer)
        self.histories = Histories(self.database, viewer)
        self.events = Events(self.database, viewer)
        self.models = Models(self.database, viewer)
        self.versions = Versions(self.database, viewer)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()
