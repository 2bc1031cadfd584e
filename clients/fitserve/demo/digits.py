"""Handwritten digits drawn in a terminal, two rows of pixels to a line of text."""

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.style import Style
from rich.text import Text

from fitserve.terminal import shows

Pixels = NDArray[np.uint8]

UPPER_HALF = "▀"
# By which halves of a character are inked: neither, upper, lower, both.
HALVES = " ▀▄█"
RAMP = " .:-=+*#%@"
INKED = 80


def drawn(image: Pixels, console: Console) -> list[Text]:
    """Return an image, uint8 (28, 28), as seven lines of 14 characters.

    Grey where a terminal has enough colours, else two tones, or plain ASCII where its encoding
    has nothing more.
    """
    small = halved(image)
    pairs = zip(small[0::2], small[1::2], strict=True)
    if not shows(console, HALVES):
        return [_ascii(upper, lower) for upper, lower in pairs]
    if console.color_system in {None, "standard"}:
        return [_two_tones(upper, lower) for upper, lower in pairs]
    return [_grey(upper, lower) for upper, lower in pairs]


def halved(image: Pixels) -> Pixels:
    """Return an image at half its height and width, each pixel the mean of four."""
    height, width = image.shape
    blocks = image.reshape(height // 2, 2, width // 2, 2)
    mean: Pixels = blocks.mean(axis=(1, 3)).round().astype(np.uint8)
    return mean


def _grey(upper: Pixels, lower: Pixels) -> Text:
    line = Text()
    for top, bottom in zip(upper.tolist(), lower.tolist(), strict=True):
        style = Style(color=f"rgb({top},{top},{top})", bgcolor=f"rgb({bottom},{bottom},{bottom})")
        line.append(UPPER_HALF, style)
    return line


def _two_tones(upper: Pixels, lower: Pixels) -> Text:
    inked = (upper > INKED).astype(int) + 2 * (lower > INKED)
    return Text("".join(HALVES[index] for index in inked.tolist()))


def _ascii(upper: Pixels, lower: Pixels) -> Text:
    ink = (upper.astype(int) + lower) // 2
    return Text("".join(RAMP[value * len(RAMP) // 256] for value in ink.tolist()))
