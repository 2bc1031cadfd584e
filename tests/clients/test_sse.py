from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fitserve.sse import Frame, SSEDecoder

# Whatever a line may hold: no line ends, and nothing that UTF-8 cannot carry.
LINE = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]))
FRAMES = st.lists(st.tuples(LINE, LINE, st.lists(LINE, min_size=1, max_size=3)), max_size=4)
LINE_ENDS = st.sampled_from(["\n", "\r", "\r\n"])


def decode(*chunks: bytes) -> list[Frame]:
    decoder = SSEDecoder()
    return [frame for chunk in chunks for frame in decoder.feed(chunk)]


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[a:b] for a, b in pairwise(edges)]


class TestDecoding:
    @given(frames=FRAMES, end=LINE_ENDS, places=st.lists(st.integers(0, 10_000), max_size=30))
    def test_any_chunks_and_line_ends_give_what_was_written(self, frames, end, places):
        lines = [
            line
            for frame_id, event, data in frames
            for line in (f"id: {frame_id}", f"event: {event}", *(f"data: {d}" for d in data), "")
        ]
        stream = "".join(line + end for line in lines).encode()
        expected = [Frame(i, event or "message", "\n".join(data)) for i, event, data in frames]
        assert decode(*cut(stream, places)) == expected

    @given(stream=st.binary(max_size=200), places=st.lists(st.integers(0, 200), max_size=20))
    def test_chunks_never_matter_whatever_the_bytes(self, stream, places):
        assert decode(*cut(stream, places)) == decode(stream)

    def test_mixed_line_ends(self):
        assert decode(b"data: a\r\ndata: b\rdata: c\n\r\n") == [Frame("", "message", "a\nb\nc")]

    def test_frame_ended_by_bare_cr_is_not_held_back(self):
        assert decode(b"data: a\r\r") == [Frame("", "message", "a")]

    def test_comments_are_skipped(self):
        assert decode(b": ping\n\n:\ndata: a\n: data: b\n\n") == [Frame("", "message", "a")]

    def test_only_one_space_is_dropped(self):
        assert decode(b"data:  a\ndata:b\ndata\n\n") == [Frame("", "message", " a\nb\n")]

    def test_id_lasts_and_event_does_not(self):
        frames = decode(b"id: 7\nevent: run.epochs\ndata: a\n\ndata: b\n\n")
        assert frames == [Frame("7", "run.epochs", "a"), Frame("7", "message", "b")]

    def test_frame_without_data_is_none(self):
        assert decode(b"id: 7\nevent: x\n\ndata: b\n\n") == [Frame("7", "message", "b")]

    def test_id_with_nul_is_ignored(self):
        assert decode(b"id: 1\nid: 2\0\ndata: a\n\n") == [Frame("1", "message", "a")]

    def test_unknown_fields_are_ignored(self):
        assert decode(b"retry: 10\nmood: sunny\ndata: a\n\n") == [Frame("", "message", "a")]

    def test_byte_order_mark_is_dropped(self):
        assert decode(b"\xef\xbb", b"\xbfdata: a\n\n") == [Frame("", "message", "a")]

    def test_cut_off_frame_is_never_dispatched(self):
        assert decode(b"data: whole\n\ndata: half\n") == [Frame("", "message", "whole")]
