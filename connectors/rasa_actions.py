"""Where Rasa calls back: ``POST /rasa/actions`` runs one action inside the service."""

import hmac
from json import JSONDecodeError
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionNotFoundException

from foundation.errors import MalformedInputError, NotFoundError, PermissionDeniedError

_HEADER = "X-Hotline-Actions"


def router(executor: ActionExecutor, secret: bytes) -> APIRouter:
    """Return the endpoint; ``secret`` is the keyring's ``actions``, sent by Rasa as hex."""
    expected = secret.hex().encode()
    routes = APIRouter(include_in_schema=False)

    @routes.post("/rasa/actions")
    async def run_action(
        request: Request, given: Annotated[str, Header(alias=_HEADER)] = ""
    ) -> JSONResponse:
        """Run the named action; 403 without the secret, 404 for an unknown name."""
        if not hmac.compare_digest(given.encode(), expected):
            raise PermissionDeniedError("rasa action call without the shared secret")
        return await _run(executor, request)

    return routes


async def _run(executor: ActionExecutor, request: Request) -> JSONResponse:
    call = await _read_call(request)
    try:
        result = await executor.run(call)
    except ActionNotFoundException as error:
        raise NotFoundError(f"no action {error.action_name!r}") from error
    if result is None:
        raise MalformedInputError("rasa action call names no action")
    return JSONResponse(result.model_dump())


async def _read_call(request: Request) -> dict[str, Any]:
    try:
        call = await request.json()
    except (JSONDecodeError, UnicodeDecodeError) as error:
        raise MalformedInputError("rasa action call is not JSON") from error
    if not isinstance(call, dict) or not isinstance(call.get("tracker"), dict):
        raise MalformedInputError("rasa action call carries no tracker")
    # Rasa leaves the domain out; rasa-sdk would ask for it where the key is missing.
    return {"domain": {}, **call}
