"""What runs are trained on: what a spec asks for, and what a worker has."""

from typing import Literal

DeviceKind = Literal["cpu", "gpu"]
Device = Literal["auto", "cpu", "gpu"]

ANY: Literal["auto"] = "auto"


def taken_by(kind: DeviceKind) -> tuple[Device, ...]:
    """Return what may be asked for by the runs that a worker of this kind takes."""
    return ANY, kind
