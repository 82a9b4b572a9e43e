"""The layers around the application: request id and counting, size limit, security headers."""

import logging
import secrets
from collections.abc import Mapping
from time import perf_counter

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from foundation.logging import request_context
from foundation.metrics import Metrics

logger = logging.getLogger(__name__)

BODY_LIMIT_BYTES = 64 * 1024
_TOO_LARGE = 413

_CITIZEN_RULES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
)
_CITIZEN_POLICY = "; ".join(_CITIZEN_RULES)
# NiceGUI (Vue) needs inline code and eval: the desks have a policy of their own.
_DESK_RULES = (
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "connect-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
_DESK_POLICY = "; ".join(_DESK_RULES)
_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # "no-referrer" would make a form of our own send "Origin: null", which is refused.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=()",
}


class RequestScope:
    """Gives each request an id, a line in the log and its place in the counts."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or socket."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        with request_context(request_id):
            if scope["type"] == "websocket":
                await self._app(scope, receive, send)
            else:
                await self._answer(scope, receive, send, request_id)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        status = 500
        started = perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            seconds = perf_counter() - started
            route = _route_template(scope)
            self._metrics.request(scope["method"], route, status, seconds)
            # The template, not the path: a path may hold what a person typed.
            logger.debug("%s %s %d %.0f ms", scope["method"], route, status, seconds * 1000)


def _route_template(scope: Scope) -> str:
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "(other)"


class BodyLimit:
    """Refuses bodies over a limit, by their announced length or while they arrive."""

    def __init__(self, app: ASGIApp, limits: Mapping[str, int]) -> None:
        self._app = app
        self._limits = limits  # path prefix → bytes, for what may be larger than a message

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        announced = Headers(scope=scope).get("content-length", "0")
        too_large = not announced.isdigit() or int(announced) > limit
        received = 0

        async def counting() -> Message:
            nonlocal received
            if too_large:
                raise HTTPException(_TOO_LARGE)
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(_TOO_LARGE)
            return message

        await self._app(scope, counting, send)

    def _limit(self, path: str) -> int:
        for prefix, limit in self._limits.items():
            if path.startswith(prefix):
                return limit
        return BODY_LIMIT_BYTES


class SecurityHeaders:
    """Adds the headers that tell a browser what our pages may do."""

    def __init__(self, app: ASGIApp, desk_prefixes: tuple[str, ...], *, https: bool) -> None:
        self._app = app
        self._desk_prefixes = desk_prefixes
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the headers of the page's kind; what a page set itself stays."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        desk = scope["path"].startswith(self._desk_prefixes)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                policy = _DESK_POLICY if desk else _CITIZEN_POLICY
                headers.setdefault("Content-Security-Policy", policy)
                if self._https:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        await self._app(scope, receive, with_headers)
