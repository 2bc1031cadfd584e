"""BentoML: a service around ONNX Runtime, one worker, its monitoring and tracing off.

Run by `bentoml serve benchmarks.serving.peers.bentoml_service:Perceptron`.
"""

import os
from typing import Any

import bentoml
import numpy as np

from benchmarks.serving.peers.inference import answer, rows_of, session

QUIET = {"enabled": False}


@bentoml.service(
    workers=1,
    threads=1,
    http={"port": int(os.environ["PORT"])},
    metrics=QUIET,
    logging={"access": QUIET},
    monitoring=QUIET,
)
class Perceptron:
    """The model; endpoints are coroutines, which spares them a thread."""

    def __init__(self) -> None:
        self.session = session()

    @bentoml.api
    async def predict(self, instances: list[Any]) -> np.ndarray:
        """Answer numbers or images."""
        return answer(self.session, rows_of(instances))
