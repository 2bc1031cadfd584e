"""A request for a prediction that came whole, on its way to its answer."""

import time

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
        scope: of the request, matched and let pass.
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

    def reads(self) -> bool:
        """Read the rows, and tell whether outputs are to follow: the request may be refused."""
        with bound(request_id=self.id.decode()):
            try:
                return self._read()
            except Exception as error:
                self._refuse(error)
                return False

    def answer(self, outputs: Array) -> None:
        """Make the answer of a model's outputs, (n, outputs)."""
        with bound(request_id=self.id.decode()):
            try:
                predicted = Predicted(self.model, self.rows, outputs)
                response = self._wanted.answer(self._parts, predicted)
            except Exception as error:
                self._refuse(error)
            else:
                self._end(response)

    def fail(self, error: Exception) -> None:
        """Make the answer of what the model failed with."""
        with bound(request_id=self.id.decode()):
            self._refuse(error)

    @property
    def _parts(self) -> Services:
        """The service as whoever asks may see it."""
        parts: Services = self._scope["state"]["parts"]
        return parts

    def _read(self) -> bool:
        self._wanted = self._scope["route"].wanted(self._scope, self._body)
        if self._wanted.waits:
            return False
        model = self._parts.sessions.at_hand(self._wanted.model)
        if model is None:
            return False
        self.model, self.rows = model, self._wanted.rows(model)
        return True

    def _refuse(self, error: Exception) -> None:
        self._end(respond_to(Request(self._scope), error))

    def _end(self, response: Response) -> None:
        seconds = time.perf_counter() - self._began
        instruments.count(self._scope, response.status_code, seconds)
        tell(self._scope, response.status_code, seconds)
        self.response = response
