"""A browser's session over HTTP: begun with a key, presented as a cookie."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from starlette.concurrency import run_in_threadpool

from fitserve_core.errors import ConflictError, UnauthorizedError
from fitserve_core.keys import KeyEntry, Scope
from fitserve_service.access.cookies import forget, present, session_token
from fitserve_service.access.origins import require_own_page
from fitserve_service.access.presented import known
from fitserve_service.access.scopes import COUNTED, READ
from fitserve_service.dependencies import OpenParts
from fitserve_service.json_route import JsonRoute

router = APIRouter(prefix="/session", tags=["access"], route_class=JsonRoute)


def _own_page(request: Request) -> None:
    require_own_page(request.headers)


OWN_PAGE = Depends(_own_page)


class SignIn(BaseModel):
    """What a session begins with."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[SecretStr, Field(max_length=200, description="A key of the service.")]


class Caller(BaseModel):
    """Who asks; nobody by name where the service has no keys."""

    name: str | None = Field(description="The key's name.")
    scope: Scope = Field(description="What the key allows.")


@router.post("", status_code=201, operation_id="sign_in", dependencies=[COUNTED, OWN_PAGE])
async def sign_in(asked: SignIn, request: Request, response: Response, parts: OpenParts) -> Caller:
    """Begin a session of a week, for a page of this service: the answer sets its cookie.

    The cookie stands for the key, out of scripts' reach; what it changes is asked for by this
    service's own pages. Programs present their key with each call instead.
    """
    if not parts.keyring:
        raise ConflictError("this service has no API keys: nobody needs to sign in")
    entry = await known(request, parts, asked.key.get_secret_value())
    if entry is None:
        raise UnauthorizedError("this service knows no such key; received another")
    token = await run_in_threadpool(parts.store.sessions.begin, entry.sha256)
    present(response, request, token)
    return _caller(entry)


@router.get("", operation_id="signed_in", dependencies=[READ])
async def signed_in(request: Request) -> Caller:
    """Return who asks, by key or by session."""
    entry: KeyEntry | None = request.state.key
    return Caller(name=None, scope="admin") if entry is None else _caller(entry)


@router.delete("", status_code=204, operation_id="sign_out", dependencies=[COUNTED, OWN_PAGE])
async def sign_out(request: Request, response: Response, parts: OpenParts) -> None:
    """End the session that the request's cookie stands for, if there is one."""
    if token := session_token(request):
        await run_in_threadpool(parts.store.sessions.end, token)
    forget(response, request)


def _caller(entry: KeyEntry) -> Caller:
    return Caller(name=entry.name, scope=entry.scope)
