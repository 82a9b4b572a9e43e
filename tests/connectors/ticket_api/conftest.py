"""The ticket API on a real database, served over ASGI to real logins and tokens."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.routing import BaseRoute

from connectors.http.errors import install_error_handlers
from connectors.staff.sessions import COOKIE, StaffSessions
from connectors.ticket_api.deadline_routes import DeadlineApi
from connectors.ticket_api.deadline_routes import router as deadline_router
from connectors.ticket_api.endpoints import router
from connectors.ticket_api.supervision import SupervisionApi
from connectors.ticket_api.supervision import router as supervision_router
from connectors.ticket_api.table_routes import TicketApi
from foundation.access.models import AccountRow
from foundation.access.permissions import Role
from foundation.access.service import AccessService, Login
from foundation.access.tokens import ServiceTokens
from foundation.clock import FixedClock
from foundation.database.session import Database
from foundation.settings import ROOT, Settings
from knowledge_base.schema import City
from routing.appeals.assembly import Casework
from routing.appeals.schemas import RegisteredAppeal
from routing.deadlines.service import DeadlineService
from routing.finding.assembly import Related, build_related
from routing.follow_ups.schemas import FollowUpResult
from routing.follow_ups.service import FollowUpService
from routing.follow_ups.states import FollowUpOutcome
from routing.schemas import AppealKind
from routing.supervision.weekly import WeeklyReports
from routing.ticket_clocks.keeping import DeadlineKeeping
from routing.tickets.models import Ticket
from routing.tickets.schemas import Actor
from routing.tickets.states import TicketState
from tests.casework_fixtures import DEPARTMENTS, DISPATCHER, MONDAY, Register

NAME, PHONE, CONVERSATION = "钱小满", "13987654321", "conversation-of-the-informant"
ORDINARY_NAME, ORDINARY_PHONE = "张晓明", "13812345678"
# What no response may hold; the ordinary contact only where contacts are asked for.
INFORMANT = (NAME, PHONE, PHONE[-4:], CONVERSATION)
ORDINARY = (ORDINARY_NAME, ORDINARY_PHONE, "138 1234 5678")
HANDLED = "占道无证经营已于11月20日查处，罚款500元。"
DEPARTMENTAL = {Role.DEPARTMENT_HANDLER, Role.DEPARTMENT_LEAD}


@dataclass
class World:
    """Accounts, tickets and a browser for each."""

    app: FastAPI
    routes: Sequence[BaseRoute]
    database: Database
    casework: Casework
    access: AccessService
    tokens: ServiceTokens
    follow_ups: FollowUpService
    register: Register
    related: Related
    logins: dict[tuple[Role, str | None], Login] = field(default_factory=dict)

    def login(self, role: Role, department: str | None = None) -> Login:
        """A login without the slow password check, which is tested elsewhere."""
        key = (role, department)
        if key not in self.logins:
            with self.database.transaction() as session:
                row = AccountRow(
                    id=f"{role}-{department}"[:32],
                    username=f"{role}-{department}",
                    display_name="李静",
                    password_hash="-",
                    roles=[role],
                    department_code=department,
                    active=True,
                    wrong_tries=0,
                    created_at=MONDAY,
                )
                session.add(row)
                session.flush()
                account = self.access.named(session, row.username)
                self.logins[key] = self.access.open_session(session, account)
        return self.logins[key]

    def ask(
        self,
        method: str,
        path: str,
        login: Login | None = None,
        body: object = None,
        **headers: str,
    ) -> httpx.Response:
        cookies = {}
        if login is not None:
            cookies = {COOKIE: login.token}
            headers = {"X-CSRF-Token": login.csrf_token, **headers}

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost", cookies=cookies
            ) as browser:
                return await browser.request(method, path, json=body, headers=headers)

        return asyncio.run(send())

    def report(self, lead: str = "CG", **changed: object) -> RegisteredAppeal:
        """A confidential report, dispatched to ``lead``."""
        fields: dict[str, object] = {
            "kind": AppealKind.IRREGULARITY_REPORT,
            "text": f"烧烤店占道无证经营，我叫{NAME}，电话{PHONE}",
            "name": NAME,
            "phone": PHONE,
            "conversation_id": CONVERSATION,
        }
        return self.at(self.register(**{**fields, **changed}), lead)

    def ordinary(self, lead: str = "CG") -> RegisteredAppeal:
        return self.at(self.register(text="烧烤店占道无证经营"), lead)

    def at(self, appeal: RegisteredAppeal, lead: str) -> RegisteredAppeal:
        if lead != "CG":
            tickets = self.casework.tickets
            actor = Actor("user:cg", "CG")
            self.do(lambda s: tickets.send_back(s, appeal.ticket_no, actor, "不属", "权责清单"))
            self.do(lambda s: tickets.dispatch(s, appeal.ticket_no, lead, DISPATCHER))
        return appeal

    def waiting(self) -> RegisteredAppeal:
        """A report that waits for a dispatcher."""
        appeal = self.report()
        actor, tickets = Actor("user:cg", "CG"), self.casework.tickets
        self.do(lambda s: tickets.send_back(s, appeal.ticket_no, actor, "不属", "权责清单"))
        return appeal

    def accepted(self, lead: str = "CG", **changed: object) -> RegisteredAppeal:
        appeal = self.report(lead, **changed)
        actor = Actor(f"user:{lead}", lead)
        self.do(lambda s: self.casework.tickets.accept(s, appeal.ticket_no, actor))
        return appeal

    def accepted_openly(self, lead: str = "CG") -> RegisteredAppeal:
        """An ordinary complaint, accepted, beside a report."""
        self.report(lead)
        return self.accepted(lead, kind=AppealKind.COMPLAINT, text="烧烤店占道经营")

    def replied(self, lead: str = "CG", **changed: object) -> RegisteredAppeal:
        appeal = self.accepted(lead, **changed)
        actor, tickets = Actor(f"user:{lead}", lead), self.casework.tickets
        self.do(lambda s: tickets.reply(s, appeal.ticket_no, actor, HANDLED))
        return appeal

    def following_up(self, lead: str = "CG", **changed: object) -> RegisteredAppeal:
        appeal = self.replied(lead, **changed)
        self.do(lambda s: self.follow_ups.begin(s, appeal.ticket_no, DISPATCHER))
        return appeal

    def extending(self, lead: str = "CG") -> RegisteredAppeal:
        """A report whose department has asked for more time."""
        appeal = self.accepted(lead)
        actor, extensions = Actor(f"user:{lead}", lead), self.casework.extensions
        self.do(lambda s: extensions.request(s, appeal.ticket_no, actor, 5, "须检测油烟"))
        return appeal

    def promising(self, lead: str = "CG") -> RegisteredAppeal:
        """A report whose department has promised a later day."""
        appeal = self.accepted(lead)
        actor, promises = Actor(f"user:{lead}", lead), self.casework.promises
        day = date(2026, 12, 31)
        self.do(lambda s: promises.promise(s, appeal.ticket_no, actor, day, "设备未到"))
        return appeal

    def asked(self, lead: str = "CG") -> RegisteredAppeal:
        """A report whose citizen was called once, in vain."""
        appeal = self.following_up(lead)
        tried = FollowUpResult(FollowUpOutcome.UNREACHED)
        number = appeal.number
        self.do(lambda s: self.follow_ups.record(s, appeal.ticket_no, number, tried, DISPATCHER))
        return appeal

    def resolved(self, lead: str = "CG") -> RegisteredAppeal:
        """A report that is settled."""
        appeal, tickets = self.following_up(lead), self.casework.tickets
        target = TicketState.RESOLVED
        self.do(lambda s: tickets.advance(s, appeal.ticket_no, target, DISPATCHER))
        return appeal

    def version(self, ticket_no: str) -> int:
        with self.database.reading() as session:
            query = select(Ticket.version).where(Ticket.ticket_no == ticket_no)
            return session.scalars(query).one()

    def do(self, act: Callable[[Session], Any]) -> None:
        with self.database.transaction() as session:
            act(session)


@pytest.fixture
def world(
    database: Database,
    casework: Casework,
    clock: FixedClock,
    deadlines: DeadlineService,
    register: Register,
    tmp_path: Path,
) -> World:
    access, tokens = AccessService(clock, session_hours=12), ServiceTokens(clock)
    follow_ups = FollowUpService(clock, casework.tickets)
    app = FastAPI()
    install_error_handlers(app)
    sessions = StaffSessions(database, access)
    settings = Settings(data_dir=tmp_path, rasa="off")
    (tmp_path / "cache").symlink_to(ROOT / "var" / "cache")
    related = build_related(settings, clock, deadlines, casework)
    names = {code: one.name for code, one in DEPARTMENTS.items()}
    city = City(name="示范市", short_name="示范", hotline_name="示范市12345热线", demo=True)
    parts = (database, access, sessions, tokens, casework, follow_ups, related, names)
    api = TicketApi(*parts, city, clock)
    reports = WeeklyReports(clock, casework.supervision.policy, DEPARTMENTS)
    keeping = DeadlineKeeping(settings, clock, database, deadlines, casework.clocks)
    routers = [
        router(api),
        supervision_router(SupervisionApi(api, reports, clock)),
        deadline_router(DeadlineApi(api, keeping, clock)),
    ]
    for one in routers:
        app.include_router(one)
    served = [route for one in routers for route in one.routes]
    return World(app, served, database, casework, access, tokens, follow_ups, register, related)
