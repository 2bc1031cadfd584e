"""Server-sent events, from bytes in any chunks to frames.

Source: WHATWG HTML, "Server-sent events", section "Parsing an event stream".
"""

import codecs
import re
from dataclasses import dataclass

LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Frame:
    """One dispatched event."""

    id: str
    event: str
    data: str


class SSEDecoder:
    """Decodes one connection's bytes; a frame cut off by its end is never dispatched."""

    def __init__(self) -> None:
        # With utf-8-sig a byte order mark, which may open a stream, is dropped.
        self._text = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._rest = ""
        self._after_cr = False
        self._id = ""
        self._event = ""
        self._data: list[str] = []

    def feed(self, chunk: bytes) -> list[Frame]:
        """Return the frames that `chunk` completes."""
        *lines, self._rest = LINE_END.split(self._rest + self._decode(chunk))
        frames = [self._take(line) for line in lines]
        return [frame for frame in frames if frame is not None]

    def _decode(self, chunk: bytes) -> str:
        text = self._text.decode(chunk)
        if not text:
            return text
        # The CR has ended its line already; an LF right behind it belongs to it.
        split_line_end = self._after_cr and text.startswith("\n")
        self._after_cr = text.endswith("\r")
        return text[1:] if split_line_end else text

    def _take(self, line: str) -> Frame | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value
        return None

    def _dispatch(self) -> Frame | None:
        data, event = self._data, self._event
        self._data, self._event = [], ""
        return Frame(self._id, event or "message", "\n".join(data)) if data else None
