"""MLServer: a custom runtime around ONNX Runtime, in the server's process."""

import asyncio
import base64
import os
import tempfile

import numpy as np
from mlserver import MLModel, MLServer, ModelSettings, Settings
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse, RequestInput
from mlserver.utils import install_uvloop_event_loop

from benchmarks.serving.peers.inference import answer, pixels, session


class Perceptron(MLModel):
    """The model; a BYTES input is the base64 of a PNG, or of the bare pixels."""

    async def load(self) -> bool:
        """Load the file."""
        self.session = session()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Answer the rows of the one input."""
        [given] = payload.inputs
        outputs = answer(self.session, rows(given))
        tensor = NumpyCodec.encode_output(os.environ["OUTPUT"], outputs)
        return InferenceResponse(model_name=self.name, outputs=[tensor])


def rows(given: RequestInput) -> np.ndarray:
    """Return an input as float32 rows."""
    if given.datatype != "BYTES":
        return np.asarray(NumpyCodec.decode_input(given), np.float32)
    contents = [base64.b64decode(one) for one in given.data]
    if contents[0].startswith(b"\x89PNG"):
        return np.stack([pixels(one) for one in contents])
    return np.stack([np.frombuffer(one, np.uint8) for one in contents]).astype(np.float32)


async def serve() -> None:
    """Serve without parallel workers and without logging."""
    port = int(os.environ["PORT"])
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            debug=False,
            parallel_workers=0,
            http_port=port,
            grpc_port=port + 1,
            metrics_port=port + 2,
            metrics_dir=folder,
            gzip_enabled=False,
            logging_settings={
                "version": 1,
                "disable_existing_loggers": True,
                "root": {"level": "ERROR"},
            },
        )
        await MLServer(settings).start([ModelSettings(name="model", implementation=Perceptron)])


if __name__ == "__main__":
    install_uvloop_event_loop()
    asyncio.run(serve())
