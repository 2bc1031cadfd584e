"""Whom a rate is counted for."""

from ipaddress import IPv4Address, ip_address, ip_network

from starlette.types import Scope

# IPv6 is given away in networks of this size at least: one house, however many addresses it uses.
HOUSE = 64
# A proxy's word for an address may be anything.
MOST_CHARACTERS = 64


def address_of(scope: Scope) -> str:
    """Return the address of a request's client, of IPv6 its network."""
    host, _ = scope.get("client") or ("unknown", None)
    return f"address {_network(host) if ':' in host else host[:MOST_CHARACTERS]}"


def _network(host: str) -> str:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host[:MOST_CHARACTERS]
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((address, HOUSE), strict=False))
