"""`client.explain`: what happens inside a training step."""

from typing import Any

from fitserve import calls
from fitserve.aio.sender import AsyncSender
from fitserve.responses import parse
from fitserve_core.explaining import Backpropagation


class AsyncExplain:
    """Explanations by the training program itself."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def backpropagation(self, **request: Any) -> Backpropagation:
        """Return one step of gradient descent with everything in between, layer by layer.

        Args:
            request: `preset="worked-example"`, `"chain-sigmoid"` or `"chain-relu"`; or `layers`,
                `inputs`, `targets` and `learning_rate`; what is given beside a preset differs
                from it.

        Raises:
            BadSpec: shapes that do not fit; `param` is the path.
        """
        return parse(
            Backpropagation, await self._sender.send(calls.explain_backpropagation(request))
        )
