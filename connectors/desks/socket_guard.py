"""Who may open the desks' socket: pages of ours, with a login that still stands."""

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from connectors.http.guards import Addresses
from connectors.staff.sessions import StaffSessions
from foundation.access.errors import LoginRefusedError

SOCKET_PATH = "/_nicegui_ws/"
_POLICY_VIOLATION = 1008
_FORBIDDEN = 403


class DeskSocketGuard:
    """Stands before the framework's socket, which itself accepts any Origin and anybody."""

    def __init__(self, app: ASGIApp, sessions: StaffSessions, addresses: Addresses) -> None:
        self._app = app
        self._sessions = sessions
        self._addresses = addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is not the socket, and whom we know."""
        if SOCKET_PATH not in scope.get("path", "") or await self._may_open(scope):
            await self._app(scope, receive, send)
            return
        refusal: ASGIApp = PlainTextResponse("", _FORBIDDEN)
        if scope["type"] == "websocket":
            refusal = WebSocketClose(code=_POLICY_VIOLATION)
        await refusal(scope, receive, send)

    async def _may_open(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        origin, host = headers.get("origin"), headers.get("host", "")
        if origin is None and scope["type"] == "websocket":
            return False  # a browser always names the page that opens a WebSocket
        if origin is not None and not self._addresses.is_own_origin(origin, host):
            return False
        try:
            await self._sessions.current(HTTPConnection(scope).cookies)
        except LoginRefusedError:
            return False
        return True
