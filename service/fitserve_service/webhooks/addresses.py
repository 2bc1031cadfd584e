"""Where a webhook may lead: names resolved, and every address looked at before it is used."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import SOCK_STREAM, getaddrinfo
from urllib.parse import urlsplit

from pydantic import IPvAnyNetwork

from fitserve_core.errors import InvalidInputError

Address = IPv4Address | IPv6Address

SETTING = "FITSERVE_WEBHOOK_NETWORKS"
_NAT64 = IPv6Network("64:ff9b::/96")


def addresses_of(url: str, allowed: Sequence[IPvAnyNetwork]) -> list[Address]:
    """Return the addresses that a URL's host stands for now, in the order to try them.

    Raises:
        InvalidInputError: it stands for none, or one of them is neither public nor allowed.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        found = getaddrinfo(host, parts.port, type=SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InvalidInputError(
            f"the host {host} cannot be resolved ({error})", param="url", received=url
        ) from None
    addresses = list(dict.fromkeys(ip_address(entry[4][0]) for entry in found))
    for address in addresses:
        if not may_reach(address, allowed):
            raise InvalidInputError(
                f"the host {host} is at {address}, which is not public; the service's setting "
                f"{SETTING} names private networks that webhooks may reach",
                param="url",
                received=url,
            )
    return addresses


def may_reach(address: Address, allowed: Sequence[IPvAnyNetwork]) -> bool:
    """Tell whether an address is public, or in one of the allowed networks."""
    inner = _embedded(address)
    if any(inner in network for network in allowed):
        return True
    return inner.is_global and not inner.is_multicast and not inner.is_reserved


def _embedded(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address carries packets to, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)
