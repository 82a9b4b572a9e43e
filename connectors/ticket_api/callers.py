"""Who calls: a person with a login and its form token, or a machine with a service token."""

import hmac
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request

from connectors.staff.sessions import COOKIE, StaffSessions
from connectors.ticket_api.matrix import Route
from foundation.access.errors import (
    ActionNotAllowedError,
    LoginRefusedError,
    LoginRequiredError,
)
from foundation.access.permissions import OF_A_DEPARTMENT
from foundation.access.service import Account, Login
from foundation.access.tokens import ServiceTokens
from foundation.database.session import Database
from foundation.errors import PermissionDeniedError

CSRF_HEADER = "X-CSRF-Token"
_BEARER = "bearer "
_SAFE = frozenset({"GET", "HEAD"})


class Callers:
    """Finds out who calls, and whether the table lets them."""

    def __init__(self, database: Database, sessions: StaffSessions, tokens: ServiceTokens) -> None:
        self._database = database
        self._sessions = sessions
        self._tokens = tokens

    async def allowed(self, request: Request, route: Route) -> Account:
        """Return the caller.

        Raises:
            LoginRequiredError: no login and no valid token.
            PermissionDeniedError: a login without its form token, or without the permission.
        """
        account = await self.caller(request)
        may = [one for one in route.needs if account.may(one)]
        if account.department_code is None:
            may = [one for one in may if one not in OF_A_DEPARTMENT]
        if not may:
            raise ActionNotAllowedError(account.id, route.name)
        return account

    def guard(self, route: Route) -> Callable[[Request], Awaitable[Account]]:
        """Return the dependency of a route's endpoint: its caller, if the table lets them."""

        async def allowed(request: Request) -> Account:
            return await self.allowed(request, route)

        return allowed

    async def caller(self, request: Request) -> Account:
        """Return who calls, whatever they may do; raises as ``allowed``."""
        header = request.headers.get("authorization", "")
        if header.lower().startswith(_BEARER):
            token = header[len(_BEARER) :].strip()
            return await self._database.read(lambda session: self._tokens.resume(session, token))
        login = await self.login(request.cookies)
        if request.method not in _SAFE:
            given = request.headers.get(CSRF_HEADER, "")
            if not hmac.compare_digest(login.csrf_token.encode(), given.encode()):
                raise PermissionDeniedError("form token does not match")
        return login.account

    async def login(self, cookies: Mapping[str, str]) -> Login:
        """Return the login behind the cookies; raises ``LoginRequiredError``."""
        if COOKIE not in cookies:
            raise LoginRequiredError("neither cookie nor token")
        try:
            return await self._sessions.current(cookies)
        except LoginRefusedError as error:
            raise LoginRequiredError("login ended") from error
