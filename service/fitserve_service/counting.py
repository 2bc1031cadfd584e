"""What this API process counts, and the sum of what all on its machine have counted.

One process has its figures in its memory. Several keep theirs in files, each under its number, by
prometheus_client's multi-process mode: whoever is asked adds them up, and a process that is started
again goes on where the one before it ended, so that no sum falls.
"""

import os

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, values
from prometheus_client.multiprocess import MultiProcessCollector

from fitserve_core.datasets.registry import DATASETS

# prometheus_client's own variable: the folder of the files.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
NUMBER = "FITSERVE_API_NUMBER"

if number := os.environ.get(NUMBER):
    # By number, not by process id, or files would pile up; before there is a figure.
    values.ValueClass = values.MultiProcessValue(lambda: number)  # type: ignore[no-untyped-call]

REQUESTS = Counter("fitserve_requests_total", "Answers by route.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "fitserve_request_seconds",
    "Seconds from a request to its answer's first byte, by route.",
    ["method", "route"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
_PREDICTION_SECONDS = Histogram(
    "fitserve_prediction_seconds",
    "Seconds of a call of a model, for one request or several together, by its data set.",
    ["dataset"],
    buckets=(0.00001, 0.0001, 0.001, 0.01, 0.1, 1, 10),
)
# One series a data set: models' names are as many as users ask for.
PREDICTION_SECONDS = {name: _PREDICTION_SECONDS.labels(name) for name in DATASETS}


def counted() -> CollectorRegistry:
    """Return the figures of all API processes of this machine."""
    if FOLDER not in os.environ:
        return REGISTRY
    registry = CollectorRegistry(auto_describe=False)
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
