"""One attempt at a message: a signed POST to an address that was looked at."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx2
from pydantic import IPvAnyNetwork

from fitserve_core.errors import InvalidInputError
from fitserve_core.store.deliveries import Message
from fitserve_service.webhooks.addresses import Address, addresses_of
from fitserve_service.webhooks.schedule import TIMEOUT_SECONDS, retry_after
from fitserve_service.webhooks.signing import headers


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt, in words; `asked` is what `Retry-After` said."""

    arrived: bool
    told: str
    asked: float | None = None


def new_http() -> httpx2.AsyncClient:
    """Return a client for `attempt`, which never uses a connection twice nor a proxy.

    A connection is to one address under one name; kept, it could carry a message to another name.
    """
    return httpx2.AsyncClient(
        verify=httpx2.create_ssl_context(),
        timeout=TIMEOUT_SECONDS,
        limits=httpx2.Limits(max_keepalive_connections=0),
        follow_redirects=False,
        trust_env=False,
    )


async def attempt(
    http: httpx2.AsyncClient, message: Message, allowed: Sequence[IPvAnyNetwork]
) -> Outcome:
    """Send a message to the first address of its webhook that can be connected to."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            addresses = await asyncio.to_thread(addresses_of, message.url, allowed)
            return await _to_first(http, message, addresses)
    except InvalidInputError as error:
        return Outcome(arrived=False, told=error.message)
    except TimeoutError:
        return Outcome(arrived=False, told=f"no answer within {TIMEOUT_SECONDS:.0f} seconds")
    except Exception as error:
        # Whatever it is: a message that is not reported on would be sent for ever.
        return Outcome(arrived=False, told=f"no answer: {str(error) or type(error).__name__}")


async def _to_first(
    http: httpx2.AsyncClient, message: Message, addresses: Sequence[Address]
) -> Outcome:
    *others, last = addresses
    for address in others:
        try:
            return await _post(http, message, address)
        except httpx2.ConnectError:
            continue
    return await _post(http, message, last)


async def _post(http: httpx2.AsyncClient, message: Message, address: Address) -> Outcome:
    url, body = httpx2.URL(message.url), message.body.encode()
    request = http.build_request(
        "POST",
        # The checked address itself: resolved again, the name could stand for another one.
        url.copy_with(host=str(address)),
        content=body,
        headers={
            "Host": url.netloc.decode("ascii"),
            "Content-Type": "application/json",
            "User-Agent": "fitserve",
            **headers(message.id, int(time.time()), body, message.secret),
        },
        extensions={"sni_hostname": url.raw_host.decode("ascii")},
    )
    response = await http.send(request, stream=True)
    # Its body is of no interest, however long it is.
    await response.aclose()
    told = f"answered {response.status_code}"
    if response.is_redirect:
        told += "; redirects are not followed"
    return Outcome(
        arrived=response.is_success,
        told=told,
        asked=retry_after(response.headers.get("Retry-After")),
    )
