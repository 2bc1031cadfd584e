"""Data augmentation: digits that are seen a little differently in every step."""

from pydantic import Field

from fitserve_core.spec.base import SpecModel


class Elastic(SpecModel):
    """A random displacement of every pixel, smooth over the image.

    Uniform numbers from -1 to 1 are smoothed by a Gaussian and multiplied by `alpha`. Source:
    Simard et al., "Best practices for convolutional neural networks", 2003, with 34 and 4.
    """

    alpha: float = Field(default=0.0, ge=0, le=100, description="In pixels; 0: none.")
    sigma: float = Field(default=4.0, ge=1, le=10, description="Of the Gaussian, in pixels.")


class Augmentation(SpecModel):
    """How far the images of a mini-batch are changed, each by draws of its own."""

    shift: float = Field(default=0.0, ge=0, le=8, description="At most, each way, in pixels.")
    rotation: float = Field(default=0.0, ge=0, le=45, description="At most, in degrees.")
    scale: float = Field(default=0.0, ge=0, le=0.5, description="At most, as a share of the size.")
    elastic: Elastic = Field(default=Elastic(), description="Smooth random displacement.")
    noise: float = Field(
        default=0.0, ge=0, le=128, description="Standard deviation, in pixel values of 0 to 255."
    )

    @property
    def moves(self) -> bool:
        """Whether pixels change their places."""
        return bool(self.shift or self.rotation or self.scale or self.elastic.alpha)
