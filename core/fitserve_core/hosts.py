"""Names and addresses of hosts."""

from ipaddress import ip_address

# Asked for with each request; addresses take a while to read.
USUAL = {"localhost", "127.0.0.1", "::1"}


def is_loopback(host: str) -> bool:
    """Return whether `host` is this machine, which others cannot reach under that name."""
    if host in USUAL:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
