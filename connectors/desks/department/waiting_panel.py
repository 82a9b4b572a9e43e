"""What a department does with the citizen and with its time: contact, waiting, a promised day."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from nicegui import ui

from connectors.desks.due import when_words
from connectors.desks.frame import say
from connectors.desks.widgets import button, heading
from routing.tickets.models import AssignmentRole
from routing.tickets.schemas import TicketView
from routing.tickets.states import TicketState

_ASKING = "市民会收到这段话；市民补充之前办理时限暂停，补充后自动恢复办理。"
_PROMISING = "热线同意后告知市民。办结时限照常计算，逾期照样亮牌；到承诺日期未办结的另行计数。"


@dataclass(frozen=True, slots=True)
class WaitingActs:
    """What the page does for the panel."""

    note_contact: Callable[[], Awaitable[None]]
    ask_citizen: Callable[[str], Awaitable[None]]
    go_on: Callable[[], Awaitable[None]]
    promise: Callable[[date, str], Awaitable[None]]


class WaitingPanel:
    """Draws the buttons and their dialogs."""

    def __init__(self, acts: WaitingActs, version: Callable[[], int | None]) -> None:
        """Take the acts, and how to learn the version of the ticket that is shown."""
        self._acts = acts
        self._version = version

    def draw(self, view: TicketView) -> None:
        """Draw what may be done to one ticket, in the present slot."""
        leads = view.row.role is AssignmentRole.LEAD
        if not view.row.confidential:  # else the relay asks, and waits
            self._draw_contact(view)
        if leads and view.row.due_at is not None and view.promise is None:
            button("承诺办理", self._promise, "quiet", mark="promise")

    def _draw_contact(self, view: TicketView) -> None:
        state, leads = view.row.state, view.row.role is AssignmentRole.LEAD
        if view.contacted_at is None:
            button("记录已联系市民", self._acts.note_contact, "quiet", mark="contacted")
        if leads and state in {TicketState.ACCEPTED, TicketState.HANDLING}:
            button("等待市民补充", self._ask, "quiet", mark="await-citizen")
        if leads and state is TicketState.AWAITING_CITIZEN:
            button("恢复办理", self._acts.go_on, "main", mark="go-on")

    def _ask(self) -> None:
        with ui.dialog(value=True) as dialog, ui.card().classes("desk-dialog"):
            heading("等待市民补充")
            text = ui.textarea("需要市民补充什么").props("autogrow outlined maxlength=1000")
            text.props("data-mark=await-text").classes("reply")
            ui.label(_ASKING).classes("desk-note")

            async def send() -> None:
                await self._acts.ask_citizen(text.value or "")

            self._buttons(dialog, "请市民补充", send, "await-confirm")

    def _promise(self) -> None:
        with ui.dialog(value=True) as dialog, ui.card().classes("desk-dialog"):
            heading("承诺办理")
            day = ui.input("承诺的日期").props("type=date outlined data-mark=promise-day")
            reason = ui.textarea("为什么不能按期办结").props("autogrow outlined maxlength=1000")
            reason.props("data-mark=promise-reason").classes("reply")
            ui.label(_PROMISING).classes("desk-note")

            async def send() -> None:
                try:
                    chosen = date.fromisoformat(day.value or "")
                except ValueError:
                    say("请选择承诺的日期。", "warning")
                    return
                await self._acts.promise(chosen, reason.value or "")

            self._buttons(dialog, "承诺", send, "promise-confirm")

    def _buttons(
        self, dialog: ui.dialog, verb: str, send: Callable[[], Awaitable[None]], mark: str
    ) -> None:
        version = self._version()

        async def send_and_close() -> None:
            await send()
            # Refused: the words stay to be completed.
            if self._version() != version:
                dialog.close()

        with ui.element("div").classes("desk-actions"):
            button(verb, send_and_close, "main", mark=mark)
            button("取消", dialog.close, "quiet")


def waiting_facts(view: TicketView) -> list[tuple[str, str | None]]:
    """Return what is known of contact, waiting and promise, for the list of facts."""
    promise = view.promise
    said = f"{when_words(promise.until)}前办结（{promise.state.label}）" if promise else None
    waits = view.row.state is TicketState.AWAITING_CITIZEN
    return [
        ("已联系", when_words(view.contacted_at) if view.contacted_at else None),
        ("请市民补充", view.asked_citizen if waits else None),
        ("承诺", said),
    ]
