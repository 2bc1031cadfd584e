"""From the instances of a prediction request to rows of numbers, and from outputs to answers."""

from fitserve_core.predictions.answers import answers
from fitserve_core.predictions.instances import decode_instances, example_instances

__all__ = ["answers", "decode_instances", "example_instances"]
