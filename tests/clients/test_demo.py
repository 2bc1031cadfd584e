import io

import numpy as np
import pytest
from rich.console import Console

from fitserve.demo.curve import comparison, drawing
from fitserve.demo.digits import drawn, halved
from fitserve.demo.gallery import gallery
from fitserve.demo.specs import CURVE, DIGITS
from fitserve_core.predicted import Prediction
from fitserve_core.spec import ExperimentSpec


def console(encoding="utf-8", **options):
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    return Console(file=file, width=80, record=True, **options)


@pytest.fixture
def one():
    """A vertical stroke, two pixels wide, its lower end in the middle of a character."""
    image = np.zeros((28, 28), np.uint8)
    image[4:22, 12:14] = 255
    return image


class TestDigits:
    def test_halving_takes_the_mean_of_four(self):
        image = np.arange(16, dtype=np.uint8).reshape(4, 4)
        # (0 + 1 + 4 + 5) / 4 = 2.5, and halves go to the even side.
        assert halved(image).tolist() == [[2, 4], [10, 12]]

    def test_in_a_log(self, one):
        lines = [line.plain for line in drawn(one, console())]
        assert lines == [" " * 14, *["      █       "] * 4, "      ▀       ", " " * 14]

    def test_in_ascii(self, one):
        lines = [line.plain for line in drawn(one, console("ascii"))]
        assert lines == [" " * 14, *["      @       "] * 4, "      =       ", " " * 14]

    def test_in_colour(self, one):
        terminal = console(force_terminal=True, color_system="truecolor")
        line = drawn(one, terminal)[5]
        assert line.plain == "▀" * 14
        ink = line.spans[6].style
        assert (ink.color.triplet.hex, ink.bgcolor.triplet.hex) == ("#ffffff", "#000000")


class TestGallery:
    def show(self, out, one, labels, truths):
        found = [
            Prediction(label=label, probabilities=[0.05] * label + [0.55] + [0.05] * (9 - label))
            for label in labels
        ]
        out.print(gallery(np.stack([one] * len(labels)), truths, found, out))
        return out.export_text()

    def test_answers_stand_under_their_digits(self, one):
        text = self.show(console(), one, [1, 7], [1, 1])
        assert text.splitlines()[7].split() == ["1", "55.00%", "✓", "7", "55.00%", "✗", "1"]

    def test_ten_stand_in_two_rows_of_eighty_columns(self, one):
        text = self.show(console(), one, [1] * 10, [1] * 10)
        assert [line.count("✓") for line in text.splitlines() if "✓" in line] == [5, 5]

    def test_in_ascii(self, one):
        text = self.show(console("ascii"), one, [1, 7], [1, 1])
        assert text.isascii()
        assert "1  55.00% ok" in text
        assert "7  55.00% no 1" in text


class TestCurve:
    def test_comparison(self):
        out = console()
        out.print(comparison([451.5], [0.38012], [0.37]))
        assert out.export_text().split() == ["nm", "NIST", "network", "451.5", "0.3801", "0.3700"]

    @pytest.mark.parametrize(
        ("encoding", "ours", "theirs"), [("utf-8", "●", "·"), ("ascii", "*", ".")]
    )
    def test_drawing(self, encoding, ours, theirs):
        out = console(encoding)
        waves = [float(400 + 10 * step) for step in range(15)]
        certified = [0.0] * 15
        fitted = [0.4, 0.2, 9.0, -9.0, *[0.0] * 11]
        out.print(drawing(waves, certified, fitted, out))
        lines = [line.rstrip() for line in out.export_text().splitlines()]
        assert lines[0] == f" 0.40 {ours} {ours}"
        assert lines[4] == f" 0.20  {ours}"
        assert lines[8] == f" 0.00 {theirs * 3}{ours * 12}"
        assert lines[9] == "      400 nm   540 nm"


class TestSpecs:
    @pytest.mark.parametrize(("spec", "runs"), [(DIGITS, 4), (CURVE, 4)])
    def test_are_accepted_as_they_are(self, spec, runs):
        accepted = ExperimentSpec.model_validate(spec)
        assert len(accepted.cells) * accepted.repetitions == runs
