"""A request for a prediction that came whole, on its way to its answer."""

import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from fitserve_core.datasets.dataset import Array
from fitserve_core.logs import bound
from fitserve_service import instruments
from fitserve_service.dependencies import Services
from fitserve_service.direct.asked import Body, Predicted, Wanted
from fitserve_service.errors import respond_to
from fitserve_service.predict.sessions import LoadedModel
from fitserve_service.requests import request_id, tell


class Prediction:
    """One request: it reads its rows, is given a model's outputs, and has its response.

    Args:
        scope: of the request, matched.
        body: whole, and small.

    Attributes:
        id: of the request.
        model: that it asks, once its rows are read.
        rows: (n, inputs), in the data's own units.
        response: the answer; None as long as there is none, and where it has to be waited for.
    """

    __slots__ = ("_began", "_body", "_scope", "_wanted", "id", "model", "response", "rows")

    model: LoadedModel
    rows: Array
    _wanted: Wanted

    def __init__(self, scope: Scope, body: Body) -> None:
        self._began = time.perf_counter()
        self._scope = scope
        self._body = body
        self.id = request_id(body.headers)
        self.response: Response | None = None

    def reads(self, parts: Services) -> bool:
        """Read the rows, and tell whether outputs are to follow: the request may be refused."""
        return self._attempt(self._read, parts)

    def answer(self, parts: Services, outputs: Array) -> None:
        """Make the answer of a model's outputs, (n, outputs)."""
        self._attempt(self._answer, parts, outputs)

    def fail(self, error: Exception) -> None:
        """Make the answer of what the model failed with."""
        self._attempt(_raise, error)

    def _read(self, parts: Services) -> bool:
        self._wanted = self._scope["route"].wanted(self._scope, self._body)
        if self._wanted.waits:
            return False
        model = parts.sessions.at_hand(self._wanted.model)
        if model is None:
            return False
        self.model, self.rows = model, self._wanted.rows(model)
        return True

    def _answer(self, parts: Services, outputs: Array) -> bool:
        predicted = Predicted(self.model, self.rows, outputs)
        self._end(self._wanted.answer(parts, predicted))
        return True

    def _attempt(self, work: Callable[..., bool], *arguments: object) -> bool:
        with bound(request_id=self.id.decode()):
            try:
                return work(*arguments)
            except Exception as error:
                self._end(respond_to(Request(self._scope), error))
                return False

    def _end(self, response: Response) -> None:
        seconds = time.perf_counter() - self._began
        instruments.count(self._scope, response.status_code, seconds)
        tell(self._scope, response.status_code, seconds)
        self.response = response


def _raise(error: Exception) -> bool:
    raise error
