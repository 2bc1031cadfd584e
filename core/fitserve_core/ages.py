"""Lengths of time as people write them."""

import re

from fitserve_core.errors import InvalidInputError
from fitserve_core.received import quote

SECONDS = {"m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}


def seconds_of(text: str) -> float:
    """Return the seconds of `30d`, `12h`, `90m` or `2w`.

    Raises:
        InvalidInputError: it is written otherwise.
    """
    found = re.fullmatch(r"(\d{1,9})([mhdw])", text)
    if found is None:
        raise InvalidInputError(
            f"a length of time is a whole number and m, h, d or w, such as 30d; received "
            f"{quote(text)}",
            received=text,
        )
    return int(found[1]) * SECONDS[found[2]]
