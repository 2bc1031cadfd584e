"""The answer to a request for predictions."""

from starlette.responses import Response


class DirectResponse(Response):
    """A response whose body is bytes already; Starlette takes long to find out.

    Args:
        body: the whole.
        media_type: of it.
        more: further headers, in small letters.
    """

    def __init__(self, body: bytes, media_type: bytes, *more: tuple[bytes, bytes]) -> None:
        self.status_code = 200
        self.background = None
        self.body = body
        length = b"%d" % len(body)
        self.raw_headers = [(b"content-length", length), (b"content-type", media_type), *more]
