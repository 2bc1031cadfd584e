"""`python -m fitserve_workers`: a worker with the settings of its environment."""

from fitserve_core.settings import Settings

from fitserve_workers.app import run_worker

run_worker(Settings())
