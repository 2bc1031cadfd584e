"""Whom a rate is counted for."""

from ipaddress import IPv4Address, ip_address, ip_network

from starlette.requests import HTTPConnection

# IPv6 is given away in networks of this size at least: one house, however many addresses it uses.
HOUSE = 64
# A proxy's word for an address may be anything.
MOST_CHARACTERS = 64


def address_of(connection: HTTPConnection) -> str:
    """Return the client's address, of IPv6 its network."""
    # Not `connection.client`, which takes as long as all the rest: each prediction is counted.
    host, _ = connection.scope.get("client") or ("unknown", None)
    return f"address {_network(host) if ':' in host else host[:MOST_CHARACTERS]}"


def _network(host: str) -> str:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host[:MOST_CHARACTERS]
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((address, HOUSE), strict=False))
