"""The process that explains, as the API asks it."""

from multiprocessing.connection import Client
from pathlib import Path

from fitserve_core.errors import UnavailableError
from fitserve_core.explaining import Backpropagation, BackpropagationRequest

# The first question lets TensorFlow be loaded, on a machine that may be training.
PATIENCE_SECONDS = 60.0
LARGEST_ANSWER = 16 * 2**20


def ask(socket: Path | None, request: BackpropagationRequest) -> Backpropagation:
    """Return the explanation of a request.

    Raises:
        UnavailableError: nobody explains here, or nobody answers.
    """
    if socket is None:
        raise UnavailableError(
            "nothing explains here: the process for it was not started; `fitserve up` starts one "
            "beside the API"
        )
    try:
        with Client(str(socket), "AF_UNIX") as connection:
            connection.send_bytes(request.model_dump_json().encode())
            if not connection.poll(PATIENCE_SECONDS):
                raise UnavailableError(f"no explanation within {PATIENCE_SECONDS:.0f} s; try again")
            return Backpropagation.model_validate_json(connection.recv_bytes(LARGEST_ANSWER))
    except (OSError, EOFError) as error:
        raise UnavailableError(
            f"the process that explains does not answer ({type(error).__name__}); try again"
        ) from error
