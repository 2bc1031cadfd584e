"""The client."""

from types import TracebackType
from typing import Any, Self

import httpx2

from fitserve import calls
from fitserve.addresses import TIMEOUT, default_headers, service_url
from fitserve.clock import Clock
from fitserve.responses import health_of, parse
from fitserve.sync.resources.catalogue import Catalogue
from fitserve.sync.resources.datasets import Datasets
from fitserve.sync.resources.experiments import Experiments
from fitserve.sync.resources.explain import Explain
from fitserve.sync.resources.models import Models
from fitserve.sync.resources.webhooks import Webhooks
from fitserve.sync.sender import Sender
from fitserve_core.hosts import is_loopback
from fitserve_core.predicted import Predictions
from fitserve_core.results import Health


class Client:
    """Talks to a fitserve service.

    Args:
        base_url: where it is; FITSERVE_URL if not given, or else http://127.0.0.1:8000.
        api_key: sent as a bearer key; FITSERVE_API_KEY if not given.
        transport: what carries requests instead of the network.
        clock: how time is told and passed.

    Raises:
        ConfigurationError: `base_url` is not an http or https address.

    Attributes:
        experiments: post specs, watch them, read what came of them.
        models: kept models and their files.
        catalogue: the exercise sheet's configurations, ready to be posted.
        datasets: what there is to learn.
        explain: what happens inside a training step.
        webhooks: who is told of experiments that have ended.
    """

    def __init__(
        self,
        base_url: str | None = None,
        api_key: str | None = None,
        *,
        transport: httpx2.BaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        url = service_url(base_url)
        self._http = httpx2.Client(
            base_url=url,
            headers=default_headers(api_key),
            timeout=TIMEOUT,
            transport=transport,
            trust_env=not is_loopback(url.host),
        )
        self._sender = Sender(self._http, clock or Clock())
        self.experiments = Experiments(self._sender)
        self.models = Models(self._sender)
        self.catalogue = Catalogue(self._sender)
        self.datasets = Datasets(self._sender)
        self.explain = Explain(self._sender)
        self.webhooks = Webhooks(self._sender)

    @property
    def base_url(self) -> str:
        """Where the service is."""
        return self._sender.base_url

    def predict(self, instances: Any, *, model: str, spread: bool = False) -> Predictions:
        """Return the answer of a kept model to each instance.

        Args:
            instances: always a batch: a list, or an array whose first axis counts instances;
                a single one is a batch of one, `[instance]`. A digit is 784 numbers, 28 × 28
                numbers, a PIL image, or a PNG or JPEG file as its path or its bytes; a
                wavelength is a number in nanometres. Anything with `tolist()`, such as a NumPy
                array, is taken.
            model: a model's name, with a version or a label if any (`mnist`, `mnist@2`,
                `mnist@stable`), an experiment's id or a run's id.
            spread: tell, too, how far the runs of the model's cell agree.

        Raises:
            BadSpec: an instance of another shape; the message names both.
            Conflict: the experiment has no model yet, or none of its runs trained.

        Example:
            >>> experiment = client.experiments.create(preset="eckerle4-recommended")
            >>> experiment = experiment.wait(progress=False)
            >>> answer = client.predict([451.5], model=experiment.id)
            >>> round(answer.predictions[0].value, 2)
            0.37
        """
        call = calls.predict(instances, model, spread=spread)
        return parse(Predictions, self._sender.send(call))

    def health(self) -> Health:
        """Return whether the service and its parts work now; a part that does not is no error.

        Raises:
            APIConnectionError: the service itself cannot be reached.
        """
        return health_of(self._sender.once(calls.readiness()), self.base_url)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
