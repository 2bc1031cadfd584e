"""How long a message is waited for, and when one that did not arrive is sent again."""

TIMEOUT_SECONDS = 15.0
FIRST_SECONDS = 5.0
GROWTH = 4.0
CAP_SECONDS = 4 * 3_600.0
# About a day and a half, most of it at the cap.
MOST_ATTEMPTS = 15


def again_in(attempt: int, jitter: float, asked: float | None = None) -> float | None:
    """Return the seconds until the next attempt, None where this was the last.

    Args:
        attempt: which one failed, from 1.
        jitter: a number in [0, 1); takes off up to half, so that many do not come back at once.
        asked: what the receiver's `Retry-After` asks for; heeded up to the cap.
    """
    if attempt >= MOST_ATTEMPTS:
        return None
    # The exponent is bounded before it is used.
    grown = min(CAP_SECONDS, FIRST_SECONDS * GROWTH ** min(attempt - 1, 20))
    return max(grown * (1 - jitter / 2), min(asked or 0.0, CAP_SECONDS))


def retry_after(header: str | None) -> float | None:
    """Return the seconds that an answer asks to be left alone for, None where it does not."""
    header = (header or "").strip()
    return float(header[:9]) if header.isascii() and header.isdigit() else None
