"""How the learning rate changes from step to step; each cell's own rate is the initial one."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from fitserve_core.spec.base import SpecModel, named

Steps = Annotated[int, Field(ge=1, le=10**9)]


class ConstantRate(SpecModel):
    """The same learning rate throughout."""

    name: Literal["constant"]


class ExponentialDecay(SpecModel):
    """initial · decay_rate^(step / decay_steps)."""

    name: Literal["exponential_decay"]
    decay_steps: Steps = Field(description="Mini-batches after which decay_rate has acted once.")
    decay_rate: float = Field(gt=0, le=1, description="Factor of each decay_steps.")
    staircase: bool = Field(default=False, description="Only at multiples of decay_steps.")


class CosineDecay(SpecModel):
    """Half a cosine from the initial rate down to the share `alpha` of it, which then stays.

    Source: Loshchilov and Hutter, 2016, without restarts.
    """

    name: Literal["cosine_decay"]
    decay_steps: Steps = Field(description="Mini-batches until the lowest rate.")
    alpha: float = Field(default=0.0, ge=0, le=1, description="Lowest rate's share of the initial.")


Schedule = Annotated[
    ConstantRate | ExponentialDecay | CosineDecay,
    Field(discriminator="name"),
    BeforeValidator(named),
]
