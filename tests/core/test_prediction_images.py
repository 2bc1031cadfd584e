import base64
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fitserve_core.datasets.registry import DATASETS
from fitserve_core.errors import InvalidInputError
from fitserve_core.predictions import decode_instances, example_instances

MNIST = DATASETS["mnist"]
GREY = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)


def encoded(image: Image.Image, image_format: str = "PNG", **options: object) -> dict[str, str]:
    file = io.BytesIO()
    image.save(file, image_format, **options)
    return instance(file.getvalue())


def instance(content: bytes) -> dict[str, str]:
    return {"b64": base64.b64encode(content).decode()}


def refusal(value: object) -> str:
    with pytest.raises(InvalidInputError) as refused:
        decode_instances(MNIST, [*example_instances("mnist"), value])
    assert refused.value.param == "instances[1]"
    return refused.value.message


def png_header(width: int, height: int) -> bytes:
    """A PNG that announces a size and holds no pixel."""
    content = b"\x89PNG\r\n\x1a\n"
    size = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    for chunk in (b"IHDR" + size, b"IDAT"):
        content += struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return content


class TestGoodImages:
    def test_a_grey_png_is_taken_as_it_is(self):
        rows = decode_instances(MNIST, [encoded(Image.fromarray(GREY))])
        np.testing.assert_array_equal(rows, [GREY.ravel()])

    def test_a_grey_jpeg_is_taken_as_it_is_decoded(self):
        smooth = np.linspace(0, 255, 784).astype(np.uint8).reshape(28, 28)
        rows = decode_instances(MNIST, [encoded(Image.fromarray(smooth), "JPEG", quality=95)])
        np.testing.assert_allclose(rows, [smooth.ravel()], atol=8)

    def test_black_and_white_is_0_and_255(self):
        rows = decode_instances(MNIST, [encoded(Image.fromarray(GREY > 127))])
        np.testing.assert_array_equal(rows, [np.where(GREY > 127, 255, 0).ravel()])

    def test_images_and_lists_may_stand_in_one_request(self):
        rows = decode_instances(
            MNIST, [GREY.ravel().tolist(), encoded(Image.fromarray(GREY)), GREY.tolist()]
        )
        np.testing.assert_array_equal(rows, [GREY.ravel()] * 3)


class TestBadImages:
    @pytest.mark.parametrize(
        ("mode", "kind"),
        [
            ("RGB", "colour (mode RGB)"),
            ("RGBA", "colour with alpha (mode RGBA)"),
            ("LA", "grey with alpha (mode LA)"),
            ("P", "a colour palette (mode P)"),
            ("I;16", "16-bit grey (mode I;16)"),
        ],
    )
    def test_another_kind_is_refused_by_its_name(self, mode, kind):
        assert refusal(encoded(Image.new(mode, (28, 28)))) == (
            "instances[1]: expected an image in black and white or 8-bit grey; received PNG of the "
            f"wrong kind: {kind}"
        )

    @pytest.mark.parametrize("mode", ["RGB", "CMYK"])
    def test_a_colour_jpeg_is_refused(self, mode):
        assert "JPEG of the wrong kind: colour" in refusal(
            encoded(Image.new(mode, (28, 28)), "JPEG")
        )

    def test_another_size_is_refused(self):
        assert refusal(encoded(Image.new("L", (27, 28)))) == (
            "instances[1]: expected an image of 28 × 28 pixels; received a PNG of 27 × 28 pixels"
        )

    def test_a_decompression_bomb_is_refused_by_its_header(self):
        assert refusal(instance(png_header(9_000, 9_000))).endswith(
            "received a PNG of 9000 × 9000 pixels"
        )
        assert "cannot be decoded" in refusal(instance(png_header(2**31 - 1, 2**31 - 1)))

    def test_another_format_is_refused(self):
        message = refusal(encoded(Image.new("L", (28, 28)), "BMP"))
        assert "expected a PNG or JPEG; received 1,862 bytes that cannot be decoded" in message

    def test_a_file_cut_off_is_refused(self):
        content = base64.b64decode(encoded(Image.fromarray(GREY))["b64"])
        assert "cannot be decoded" in refusal(instance(content[:-100]))

    @pytest.mark.parametrize(
        "text", ["not base64!", "data:image/png;base64,AAAA", "AAA", "AAAA\nAAAA", "é"]
    )
    def test_text_that_is_not_base64_is_refused(self, text):
        assert "expected b64 to hold base64 alone" in refusal({"b64": text})

    @pytest.mark.parametrize(
        "value", [{}, {"b64": 5}, {"b64": None}, {"url": "x"}, {"b64": "", "x": 1}]
    )
    def test_another_object_is_refused(self, value):
        assert 'expected an object {"b64": "…"} and nothing else' in refusal(value)

    def test_more_base64_than_a_digit_needs_is_refused_undecoded(self):
        assert "at most 100,000 characters of base64; received 100,004" in refusal(
            {"b64": "A" * 100_004}
        )

    def test_an_image_scaled_already_is_refused(self):
        assert "multiply by 255" in refusal(encoded(Image.new("L", (28, 28), 1)))

    @given(st.data())
    def test_no_damage_gives_another_error(self, data):
        kind = data.draw(st.sampled_from(["PNG", "JPEG"]))
        content = bytearray(base64.b64decode(encoded(Image.fromarray(GREY), kind)["b64"]))
        for _ in range(data.draw(st.integers(1, 5))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        try:
            rows = decode_instances(MNIST, [instance(bytes(content))])
        except InvalidInputError as error:
            assert error.param == "instances[0]"  # noqa: PT017
        else:
            assert rows.shape == (1, 784)
