"""What every part of a spec shares."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Seed = Annotated[int, Field(ge=0, lt=2**53)]

ACCEPTED = {"accepted": True}
"""Validation context of a spec that was accepted before: its parts are not compared again."""


class SpecModel(BaseModel):
    """Base of every part of a spec: unknown fields, NaN and infinities are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def named(value: object) -> object:
    """Return a bare name as the object that it is short for; anything else as it is."""
    return {"name": value} if isinstance(value, str) else value


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must hold no NUL character: not every database can store one")
    return text


Text = Annotated[str, AfterValidator(_without_nul)]
