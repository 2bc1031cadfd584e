"""The optimizers of a spec, each with its knobs."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from fitserve_core.spec.base import SpecModel, named

# Keras's own, but for the last two: 0.001, which Keras gives every optimizer, hardly moves them.
DEFAULT_LEARNING_RATES = {
    "sgd": [0.01],
    "adam": [0.001],
    "nadam": [0.001],
    "rmsprop": [0.001],
    "adagrad": [0.01],
    "adadelta": [1.0],
}


class Sgd(SpecModel):
    """Stochastic gradient descent."""

    name: Literal["sgd"]
    momentum: float = Field(default=0.0, ge=0, lt=1, description="Share of the last update kept.")
    nesterov: bool = Field(default=False, description="Nesterov's look-ahead; needs momentum.")

    @model_validator(mode="after")
    def _nesterov_needs_momentum(self) -> "Sgd":
        if self.nesterov and self.momentum == 0:
            raise ValueError("nesterov needs a momentum above 0, such as 0.9; received momentum=0")
        return self


class Adam(SpecModel):
    """Adam (Kingma and Ba, 2015) with the betas 0.9 and 0.999."""

    name: Literal["adam"]


class Nadam(SpecModel):
    """Adam with Nesterov's momentum (Dozat, 2016), the betas 0.9 and 0.999."""

    name: Literal["nadam"]


class Adagrad(SpecModel):
    """AdaGrad (Duchi et al., 2011), its accumulators from 0.1."""

    name: Literal["adagrad"]


class Adadelta(SpecModel):
    """AdaDelta (Zeiler, 2012) with rho 0.95."""

    name: Literal["adadelta"]


class Rmsprop(SpecModel):
    """RMSProp (Tieleman and Hinton, 2012) with rho 0.9."""

    name: Literal["rmsprop"]
    momentum: float = Field(default=0.0, ge=0, lt=1, description="Share of the last update kept.")


class Lbfgs(SpecModel):
    """L-BFGS-B (Zhu et al., 1997) as SciPy has it: full batch, an epoch is one iteration."""

    name: Literal["lbfgs"]
    history: int = Field(
        default=10, ge=1, le=100, description="Past steps that stand in for second derivatives."
    )


Optimizer = Annotated[
    Sgd | Adam | Nadam | Adagrad | Adadelta | Rmsprop | Lbfgs,
    Field(discriminator="name"),
    BeforeValidator(named),
]
