"""Who is at the desk: the login behind a request's cookie."""

from collections.abc import Mapping
from dataclasses import dataclass

import anyio.to_thread
from sqlalchemy.orm import Session

from foundation.access.errors import LoginRefusedError
from foundation.access.permissions import Permission
from foundation.access.service import AccessService, Account, Login, verify
from foundation.database.session import Database

COOKIE = "hotline_staff"
LOGIN_PATH = "/staff/login"
NO_DESK_PATH = "/desk/none"


@dataclass(frozen=True, slots=True)
class Desk:
    """One place where staff work."""

    title: str
    path: str
    permission: Permission


AGENT = Desk("坐席工作台", "/desk/agent", Permission.CONVERSATION_TAKE_OVER)
DISPATCH = Desk("派单工作台", "/desk/dispatch", Permission.TICKET_DISPATCH)
FOLLOW_UP = Desk("回访工作台", "/desk/follow-up", Permission.TICKET_FOLLOW_UP)
DEPARTMENT = Desk("承办单位工作台", "/desk/department", Permission.TICKET_HANDLE)
SUPERVISION = Desk("督办工作台", "/desk/supervision", Permission.TICKET_SUPERVISE)
# Editors and reviewers; operators read guides at their own desk.
KNOWLEDGE = Desk("知识工作台", "/desk/knowledge", Permission.KNOWLEDGE_READ_INTERNAL)
# The same page: everything for the hotline, one's own for a department.
TICKETS = Desk("工单查找", "/desk/tickets", Permission.TICKET_READ_ALL)
OWN_TICKETS = Desk("工单查找", "/desk/own-tickets", Permission.TICKET_READ_OWN)
ACCOUNTS = Desk("账号管理", "/desk/accounts", Permission.USERS_MANAGE)
DEADLINES = Desk("日历与时限", "/desk/deadlines", Permission.DEADLINES_MANAGE)
AUDIT = Desk("审计工作台", "/desk/audit", Permission.AUDIT_READ)
# The first that an account may use is where its login leads.
DESKS = (
    *(AGENT, DISPATCH, FOLLOW_UP, DEPARTMENT, SUPERVISION),
    *(TICKETS, OWN_TICKETS, KNOWLEDGE, ACCOUNTS, DEADLINES, AUDIT),
)


class StaffSessions:
    """Opens, resumes and closes logins, each in its own short transaction."""

    def __init__(self, database: Database, access: AccessService) -> None:
        self._database = database
        self._access = access

    async def log_in(self, username: str, password: str) -> Login:
        """Open a session; raises ``LoginRefusedError`` after the wrong try was counted."""
        known = await self._database.read(
            lambda session: self._access.known_hash(session, username)
        )
        # Slow on purpose: no transaction waits for it.
        right = await anyio.to_thread.run_sync(verify, known, password)

        def open_session(session: Session) -> Login | None:
            account = self._access.note_try(session, username, known, right=right)
            return self._access.open_session(session, account) if account else None

        login = await self._database.write(open_session)
        if login is None:
            raise LoginRefusedError("login refused")
        return login

    async def current(self, cookies: Mapping[str, str]) -> Login:
        """Return the login of a request's cookies; raises ``LoginRefusedError``."""
        token = cookies.get(COOKIE)
        if not token:
            raise LoginRefusedError("no session cookie")
        return await self.resume(token)

    async def resume(self, token: str) -> Login:
        """Return the login of a token as it stands now; raises ``LoginRefusedError``."""
        return await self._database.read(lambda session: self._access.resume(session, token))

    async def log_out(self, login: Login) -> None:
        """Close the session."""
        await self._database.write(lambda session: self._access.close_session(session, login.token))


def home(account: Account) -> str:
    """Return the page where an account works."""
    for desk in DESKS:
        if account.may(desk.permission):
            return desk.path
    return NO_DESK_PATH
