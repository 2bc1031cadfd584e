"""`python -m fitserve_workers`: a worker on the machine of its service."""

from fitserve_core.settings import Settings
from fitserve_workers.app import work

work(Settings())
