"""LitServe: its API around ONNX Runtime, one inference worker, no logging."""

import os
from typing import Any

import litserve
import numpy as np

from benchmarks.serving.peers.inference import answer, rows_of, session


class Perceptron(litserve.LitAPI):
    """The model."""

    def setup(self, device: str) -> None:  # noqa: ARG002 - the interface's
        """Load the file."""
        self.session = session()

    def decode_request(self, request: dict[str, Any]) -> np.ndarray:
        """Return numbers or images as rows."""
        return rows_of(request["instances"])

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Return the outputs."""
        return answer(self.session, rows)

    def encode_response(self, outputs: np.ndarray) -> dict[str, Any]:
        """Return what is sent as JSON."""
        return {"predictions": outputs.tolist()}


if __name__ == "__main__":
    server = litserve.LitServer(
        Perceptron(), accelerator="cpu", workers_per_device=1, fast_queue=True
    )
    server.run(
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        num_api_servers=1,
        log_level="error",
        access_log=False,
        generate_client_file=False,
    )
