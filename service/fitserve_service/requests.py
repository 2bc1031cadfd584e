"""A request's id, and its line in the log when it was answered."""

import logging
import random
import re
from collections.abc import Mapping

from starlette.types import Scope

from fitserve_service.direct.route import DirectRoute

log = logging.getLogger(__name__)

HEADER = b"x-request-id"
ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
# What asks all day long; its lines would hide the others. Predictions' would, too, and writing one
# takes longer than a perceptron.
QUIET = {"/healthz", "/readyz", "/metrics"}
OK = 200


def request_id(headers: Mapping[bytes, bytes]) -> bytes:
    """Return the client's `X-Request-ID` where it is a word of at most 128, else a new one.

    A word has letters, digits, dots, dashes and underscores.
    """
    given = headers.get(HEADER)
    if given and ID.fullmatch(given):
        return given
    # It tells requests apart and keeps no secret; asking the system takes as long as all else here.
    return b"%032x" % random.getrandbits(128)


def tell(scope: Scope, status: int, seconds: float) -> None:
    """Log how a request was answered: at the level debug what is frequent.

    Args:
        scope: of the request.
        status: of the answer; 0 where there was none.
        seconds: until its end.
    """
    predicted = status == OK and isinstance(scope.get("route"), DirectRoute)
    level = logging.DEBUG if predicted or scope["path"] in QUIET else logging.INFO
    if log.isEnabledFor(level):
        _tell(level, scope, status, seconds)


def _tell(level: int, scope: Scope, status: int, seconds: float) -> None:
    fields = {
        "method": scope["method"],
        "path": scope["path"][:200],
        "status": status,
        "seconds": round(seconds, 6),
    }
    about = scope.get("path_params", {}).get("id")
    if isinstance(about, str) and about.startswith("exp_"):
        fields["experiment_id"] = about[:40]
    log.log(level, "answered", extra={"fields": fields})
