"""Fit multi-layer perceptrons on a fitserve service and ask the kept models.

from fitserve import Client

client = Client()
experiment = client.experiments.create(dataset="mnist", repetitions=2).wait()
print(experiment.table())
client.predict(["seven.png"], model=experiment.id)

`AsyncClient` has the same surface, to be awaited.
"""

from fitserve.aio.client import AsyncClient
from fitserve.errors import (
    APIConnectionError,
    APIResponseError,
    APIStatusError,
    BadSpec,
    Conflict,
    Forbidden,
    NotFound,
    RateLimited,
    ServerError,
    TooLarge,
    Unauthorized,
    WaitTimeoutError,
)
from fitserve.frames import MetricsFrame
from fitserve.result_table import ResultTable
from fitserve.significance import Difference
from fitserve.sync.client import Client
from fitserve.sync.resources.experiment import Experiment
from fitserve_core.catalogue.published import CatalogueEntry
from fitserve_core.datasets.description import DatasetCard, DatasetDetails
from fitserve_core.errors import FitserveError
from fitserve_core.kept_models import Model, ModelVersion
from fitserve_core.predicted import Prediction, Predictions
from fitserve_core.records import RunRecord
from fitserve_core.results import Event, Forecast, Health, Summary
from fitserve_core.spec import ExperimentSpec
from fitserve_core.webhooks import CreatedWebhook, Delivery, Webhook

__all__ = [
    "APIConnectionError",
    "APIResponseError",
    "APIStatusError",
    "AsyncClient",
    "BadSpec",
    "CatalogueEntry",
    "Client",
    "Conflict",
    "CreatedWebhook",
    "DatasetCard",
    "DatasetDetails",
    "Delivery",
    "Difference",
    "Event",
    "Experiment",
    "ExperimentSpec",
    "FitserveError",
    "Forbidden",
    "Forecast",
    "Health",
    "MetricsFrame",
    "Model",
    "ModelVersion",
    "NotFound",
    "Prediction",
    "Predictions",
    "RateLimited",
    "ResultTable",
    "RunRecord",
    "ServerError",
    "Summary",
    "TooLarge",
    "Unauthorized",
    "WaitTimeoutError",
    "Webhook",
]
