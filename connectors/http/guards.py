"""Who may ask at all: the names we answer to, the pages that may ask, this machine alone."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from connectors.http.errors import LoopbackOnlyError, OriginRefusedError, as_response
from foundation.settings import Settings

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Machines call these by whatever name their network gives us; each has a guard of its own.
_MACHINE_PATHS = ("/rasa/", "/health/", "/metrics")
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


@dataclass(frozen=True, slots=True)
class Addresses:
    """The names under which this installation is reached."""

    hosts: frozenset[str]
    public_origin: str | None

    @classmethod
    def of(cls, settings: Settings) -> "Addresses":
        """Read them from the settings; loopback names always count."""
        hosts = {*_LOOPBACK_NAMES, settings.host}
        if settings.public_url is None:
            return cls(frozenset(hosts), None)
        public = urlsplit(settings.public_url)
        hosts.add(public.hostname or "")
        return cls(frozenset(hosts), f"{public.scheme}://{public.netloc}".lower())

    def knows_host(self, host: str) -> bool:
        """Whether the ``Host`` header names us."""
        return (urlsplit(f"//{host}").hostname or "") in self.hosts

    def is_own_origin(self, origin: str, host: str) -> bool:
        """Whether a page of ours, under the host that was asked, sent this ``Origin``."""
        parts = urlsplit(origin.lower())
        if parts.scheme not in {"http", "https"}:
            return False
        return origin.lower() == self.public_origin or parts.netloc == host.lower()


class AddressGuard:
    """Refuses foreign host names (DNS rebinding) and requests that other sites' pages send."""

    def __init__(self, app: ASGIApp, addresses: Addresses) -> None:
        self._app = app
        self._addresses = addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may ask; a refused WebSocket is never opened."""
        if scope["type"] == "lifespan" or scope["path"].startswith(_MACHINE_PATHS):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._addresses.knows_host(host):
            message = {"message": "请使用本系统的正式网址访问。"}
            await self._refuse(JSONResponse(message, 400), scope, receive, send)
        elif not self._may_ask(scope, headers.get("origin"), host):
            error = OriginRefusedError("origin is not ours")
            await self._refuse(as_response(error), scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _may_ask(self, scope: Scope, origin: str | None, host: str) -> bool:
        if scope["type"] == "websocket":
            # A browser always names the page that opens a WebSocket.
            return origin is not None and self._addresses.is_own_origin(origin, host)
        if scope["method"] in _SAFE_METHODS or origin is None:
            return True
        return self._addresses.is_own_origin(origin, host)

    @staticmethod
    async def _refuse(response: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        answer = WebSocketClose(code=1008) if scope["type"] == "websocket" else response
        await answer(scope, receive, send)


def require_loopback(connection: HTTPConnection) -> None:
    """Let only this machine in (a dependency of endpoints).

    Raises:
        LoopbackOnlyError: another machine asks, or a proxy asks for somebody.
    """
    forwarded = any(name in connection.headers for name in _FORWARDED)
    if forwarded or not _parsed_address(connection).is_loopback:
        raise LoopbackOnlyError("asked from outside")


def require_private_network(connection: HTTPConnection) -> None:
    """Let in this machine and its private network, never through a proxy.

    Raises:
        LoopbackOnlyError: the caller's address is public, or a proxy asks for somebody.
    """
    address = _parsed_address(connection)
    forwarded = any(name in connection.headers for name in _FORWARDED)
    if forwarded or not (address.is_loopback or address.is_private):
        raise LoopbackOnlyError("asked from outside")


def client_address(connection: HTTPConnection) -> str:
    """Return the caller's address, behind the proxies that are trusted."""
    return connection.client.host if connection.client is not None else ""


def _parsed_address(connection: HTTPConnection) -> IPv4Address | IPv6Address:
    try:
        return ip_address(client_address(connection))
    except ValueError as error:
        raise LoopbackOnlyError("caller has no address") from error
