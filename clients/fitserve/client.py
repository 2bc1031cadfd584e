"""The synchronous client."""

import os
from importlib.metadata import version
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self

import httpx2

from fitserve import calls
from fitserve.clock import Clock
from fitserve.resources.catalogue import Catalogue
from fitserve.resources.datasets import Datasets
from fitserve.resources.experiments import Experiments
from fitserve.resources.explain import Explain
from fitserve.resources.models import Models
from fitserve.responses import health_of, parse
from fitserve.sender import Sender
from fitserve_core.errors import ConfigurationError
from fitserve_core.predicted import Predictions
from fitserve_core.results import Health

DEFAULT_URL = "http://127.0.0.1:8000"
# A prediction of many instances may take a while; being told that nobody listens may not.
TIMEOUT = httpx2.Timeout(60.0, connect=5.0)


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
    """

    def __init__(
        self,
        base_url: str | None = None,
        api_key: str | None = None,
        *,
        transport: httpx2.BaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        url = checked_url(base_url or os.environ.get("FITSERVE_URL") or DEFAULT_URL)
        self._http = httpx2.Client(
            base_url=url,
            headers=default_headers(api_key or os.environ.get("FITSERVE_API_KEY")),
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

    @property
    def base_url(self) -> str:
        """Where the service is."""
        return self._sender.base_url

    def predict(self, instances: Any, *, model: str) -> Predictions:
        """Return the answer of a kept model to each instance.

        Args:
            instances: always a batch: a list, or an array whose first axis counts instances;
                a single one is a batch of one, `[instance]`. A digit is 784 numbers, 28 × 28
                numbers, or the bytes of a PNG or JPEG file; a wavelength is a number in
                nanometres. Anything with `tolist()`, such as a NumPy array, is taken.
            model: a model's name, an experiment's id or a run's id.

        Raises:
            BadSpec: an instance of another shape; the message names both.
            Conflict: the experiment has no model yet, or none of its runs trained.
        """
        return parse(Predictions, self._sender.send(calls.predict(instances, model)))

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


def default_headers(api_key: str | None) -> dict[str, str]:
    """Return the headers of every request."""
    agent = {"User-Agent": f"fitserve-python/{version('fitserve')}"}
    return {**agent, "Authorization": f"Bearer {api_key}"} if api_key else agent


def checked_url(text: str) -> httpx2.URL:
    """Return `text` as an address.

    Raises:
        ConfigurationError: it is not an http or https address.
    """
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL:
        url = httpx2.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        raise ConfigurationError(
            f"{text!r} is no address of a service; one looks like {DEFAULT_URL}",
            param="base_url",
            received=text,
        )
    return url


def is_loopback(host: str) -> bool:
    """Return whether `host` is this machine, which no proxy of the environment can reach."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
