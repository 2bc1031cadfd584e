"""Fit multi-layer perceptrons on a fitserve service and ask the kept models.

from fitserve import Client

client = Client()
experiment = client.experiments.create(dataset="mnist", repetitions=2)
client.experiments.wait(experiment.id)
client.predict([digit], model=experiment.id)
"""

from fitserve.client import Client
from fitserve.errors import (
    APIConnectionError,
    APIResponseError,
    APIStatusError,
    BadSpec,
    Conflict,
    NotFound,
    RateLimited,
    ServerError,
    TooLarge,
    Unauthorized,
    WaitTimeoutError,
)
from fitserve_core.catalogue.published import CatalogueEntry
from fitserve_core.datasets.description import DatasetCard, DatasetDetails
from fitserve_core.errors import FitserveError
from fitserve_core.predicted import Prediction, Predictions
from fitserve_core.records import RunRecord
from fitserve_core.results import Event, Experiment, Forecast, Health, Metrics, Model, Summary
from fitserve_core.spec import ExperimentSpec

__all__ = [
    "APIConnectionError",
    "APIResponseError",
    "APIStatusError",
    "BadSpec",
    "CatalogueEntry",
    "Client",
    "Conflict",
    "DatasetCard",
    "DatasetDetails",
    "Event",
    "Experiment",
    "ExperimentSpec",
    "FitserveError",
    "Forecast",
    "Health",
    "Metrics",
    "Model",
    "NotFound",
    "Prediction",
    "Predictions",
    "RateLimited",
    "RunRecord",
    "ServerError",
    "Summary",
    "TooLarge",
    "Unauthorized",
    "WaitTimeoutError",
]
