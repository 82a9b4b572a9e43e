"""How a dispatcher ends a ticket that was found: archived, or an appeal of it withdrawn."""

from collections.abc import Awaitable, Callable

from nicegui import ui
from sqlalchemy.orm import Session

from connectors.desks.frame import Door, say, told
from connectors.desks.widgets import button, heading
from foundation.access.permissions import Permission
from foundation.database.session import Database
from routing.appeals.assembly import Casework
from routing.tickets.listing import StaffTicket
from routing.tickets.schemas import Actor, AskedBy
from routing.tickets.states import TRANSITIONS, TicketState

_NOTE = "只撤回这一件；同一张工单里其他市民的诉求照常办理。市民会收到撤回的通知。"


class EndingPanel:
    """Draws what may still be done; nothing for whoever does not dispatch."""

    def __init__(
        self,
        door: Door,
        database: Database,
        casework: Casework,
        changed: Callable[[str], Awaitable[None]],
    ) -> None:
        """Take the parts, and what shows a ticket again after a change."""
        self._door = door
        self._database = database
        self._casework = casework
        self._changed = changed

    def draw(self, ticket: StaffTicket) -> None:
        """Draw the acts of one ticket in the present slot."""
        if not self._door.account.may(Permission.TICKET_DISPATCH):
            return
        if ticket.row.state is TicketState.RESOLVED:
            archive = told(self._archive)
            button("归档", lambda: archive(ticket), mark="archive")
        numbers = [one.number for one in ticket.asked if one.number]
        if numbers and TicketState.WITHDRAWN in TRANSITIONS[ticket.row.state]:
            self._form(ticket, numbers)

    def _form(self, ticket: StaffTicket, numbers: list[str]) -> None:
        with ui.element("details").classes("desk-form").props("data-mark=withdraw-form"):
            with ui.element("summary"):
                heading("撤回诉求")
            number = ui.select(numbers, value=numbers[0], label="诉求编号")
            number.props("dense outlined data-mark=withdraw-number").classes("reply")
            choices = {one.value: one.label for one in AskedBy}
            asked = ui.select(choices, value=AskedBy.CITIZEN.value, label="谁要求撤回")
            asked.props("dense outlined data-mark=withdraw-asked-by").classes("reply")
            note = ui.input("为什么要撤回（可不填）")
            note.props("dense outlined data-mark=withdraw-note")
            ui.label(_NOTE).classes("desk-note")
            withdraw = told(self._withdraw)
            act = button("撤回", mark="withdraw")
            act.on_click(
                lambda: withdraw(ticket, number.value, AskedBy(asked.value), note.value or "")
            )

    async def _archive(self, ticket: StaffTicket) -> None:
        def work(session: Session, actor: Actor) -> None:
            row = ticket.row
            self._casework.closing.archive(session, row.ticket_no, actor, row.version)

        await self._act(ticket, work, "已归档，此后只能查看。")

    async def _withdraw(
        self, ticket: StaffTicket, number: str, asked_by: AskedBy, reason: str
    ) -> None:
        def work(session: Session, actor: Actor) -> None:
            row, regrouping = ticket.row, self._casework.regrouping
            regrouping.withdraw_at_word(
                session, row.ticket_no, number, actor, asked_by, reason, row.version
            )

        await self._act(ticket, work, f"诉求{number}已撤回，市民会收到通知。")

    async def _act(
        self, ticket: StaffTicket, work: Callable[[Session, Actor], None], done: str
    ) -> None:
        account = await self._door.require(Permission.TICKET_DISPATCH)
        await self._database.write(lambda session: work(session, Actor(account.ref)))
        say(done, "positive")
        await self._changed(ticket.row.ticket_no)
