"""Promises (承诺办理) that wait for the hotline, at the dispatcher's and the supervisor's desk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nicegui import ui
from sqlalchemy.orm import Session

from connectors.desks.due import when_words
from connectors.desks.frame import Door, say
from connectors.desks.request_panel import RequestPanel
from connectors.desks.widgets import button
from foundation.access.permissions import Permission
from foundation.database.session import Database
from routing.promises.repository import pending
from routing.promises.service import PromiseService
from routing.tickets.schemas import Actor


@dataclass(frozen=True, slots=True)
class Waiting:
    """One promise that is to be decided on."""

    ticket_no: str
    version: int
    department: str
    number: int
    until: str
    due: str
    reason: str


class PromisePanel(RequestPanel[Waiting]):
    """Draws the button with the number of promises, and their list behind it."""

    def __init__(
        self,
        door: Door,
        database: Database,
        promises: PromiseService,
        names: Mapping[str, str],
        permission: Permission,
    ) -> None:
        """Take the parts; ``names``: of departments by code, ``permission``: asked for each act."""
        super().__init__("承诺办理", "没有待审批的承诺。", "promises")
        self._door = door
        self._database = database
        self._promises = promises
        self._names = dict(names)
        self._permission = permission

    async def _load(self) -> Sequence[Waiting]:
        await self._door.require(self._permission)
        return await self._database.read(self._waiting)

    def _waiting(self, session: Session) -> list[Waiting]:
        return [
            Waiting(
                ticket_no=ticket.ticket_no,
                version=ticket.version,
                department=self._names.get(made.department_code, made.department_code),
                number=made.number,
                until=when_words(made.promised_until),
                due=when_words(made.due_before),
                reason=made.reason,
            )
            for made, ticket in pending(session)
        ]

    def _draw(self, one: Waiting) -> None:
        with ui.element("article").classes("suggestion").props(f"data-promise={one.ticket_no}"):
            with ui.element("div").classes("desk-bar"):
                ui.label(f"{one.ticket_no} {one.department}").classes("suggestion-title")
                if one.number > 1:
                    ui.label(f"第{one.number}次承诺").classes("desk-tag")
            ui.label(f"承诺{one.until}前办结，现行时限{one.due}（不变）")
            ui.label(f"理由：{one.reason}").classes("suggestion-because")
            why = ui.input("不同意的理由").props("dense outlined data-mark=refuse-promise-reason")

            async def approve() -> None:
                account = await self._door.require(self._permission)
                await self._database.write(
                    lambda session: self._promises.approve(
                        session, one.ticket_no, Actor(account.ref), one.version
                    )
                )
                say("已同意，市民会收到承诺的日期；办结时限不变。", "positive")

            async def refuse() -> None:
                account, words = await self._door.require(self._permission), why.value or ""
                await self._database.write(
                    lambda session: self._promises.refuse(
                        session, one.ticket_no, Actor(account.ref), words, one.version
                    )
                )
                say("未同意，单位须按现行时限办理。", "positive")

            with ui.element("div").classes("desk-actions"):
                button("同意", self._decided(approve), "main", mark="approve-promise")
                button("不同意", self._decided(refuse), mark="refuse-promise")
