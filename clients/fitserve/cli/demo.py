"""`fitserve demo`."""

from fitserve.cli.extras import extras, own_settings


def demo() -> None:
    """Show everything once: start a service, train digits and a curve, predict, stop."""
    with extras():
        from fitserve.demo.story import tell  # noqa: PLC0415  needs the extras
    tell(own_settings())
