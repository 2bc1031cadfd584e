"""The distributions that initial kernels and biases are drawn from, named as Keras names them."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from fitserve_core.spec.base import SpecModel, named

Bounded = Annotated[float, Field(ge=-1_000, le=1_000)]


class Scaled(SpecModel):
    """A variance that follows the layer's width: Glorot, He or LeCun, uniform or normal.

    For a bias, inputs and outputs both count as the layer's units, as in Keras.
    """

    name: Literal[
        "glorot_uniform",
        "glorot_normal",
        "he_uniform",
        "he_normal",
        "lecun_uniform",
        "lecun_normal",
    ]


class RandomUniform(SpecModel):
    """Uniform between two bounds."""

    name: Literal["random_uniform"]
    minval: Bounded = Field(default=-0.05, description="Lower bound.")
    maxval: Bounded = Field(default=0.05, description="Upper bound; above the lower one.")

    @model_validator(mode="after")
    def _bounds_in_order(self) -> "RandomUniform":
        if self.minval >= self.maxval:
            raise ValueError(
                f"minval must be below maxval; received minval={self.minval}, maxval={self.maxval}"
            )
        return self


class RandomNormal(SpecModel):
    """Normal around a mean."""

    name: Literal["random_normal"]
    mean: Bounded = Field(default=0.0, description="Centre.")
    stddev: float = Field(default=0.05, gt=0, le=1_000, description="Standard deviation.")


class Zeros(SpecModel):
    """Zero everywhere."""

    name: Literal["zeros"]


class Ones(SpecModel):
    """One everywhere."""

    name: Literal["ones"]


class Constant(SpecModel):
    """One value everywhere."""

    name: Literal["constant"]
    value: Bounded = Field(description="Of every weight.")


Initializer = Annotated[
    Scaled | RandomUniform | RandomNormal | Zeros | Ones | Constant,
    Field(discriminator="name"),
    BeforeValidator(named),
]
