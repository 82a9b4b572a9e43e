"""Who stands behind a confidential ticket (举报人身份): shown for a reason, once, and recorded."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from connectors.desks.frame import told
from connectors.desks.ticket_frame import draw_facts
from connectors.desks.widgets import button, heading
from routing.appeals.vault import Identity
from routing.tickets.listing import StaffTicket

_NOTE = "理由写进工单的事件链，审计员和其他督办员会收到提醒；承办单位不会知道。"
_LOOK = "身份只在这里显示一次，关闭后须重新调阅。请勿抄录、转告承办单位。"


class VaultPanel:
    """Draws the button at a confidential ticket; nothing at any other."""

    def __init__(
        self,
        open_vault: Callable[[str, str], Awaitable[Identity]],
        show_again: Callable[[], Awaitable[None]],
    ) -> None:
        """Take what opens the vault (the appeal's number and why → who it is), and what follows."""
        self._open_vault = open_vault
        self._show_again = show_again

    def draw(self, ticket: StaffTicket) -> None:
        """Draw the button in the present slot."""
        numbers = [one.number for one in ticket.asked if one.number]
        if ticket.row.confidential and numbers:
            button("调阅举报人身份", lambda: self._ask(numbers), "quiet", mark="vault")

    def _ask(self, numbers: list[str]) -> None:
        with ui.dialog(value=True) as dialog, ui.card().classes("desk-dialog"):
            dialog.props("data-mark=vault-dialog")
            heading("调阅举报人身份")
            with ui.element("div") as form:
                number = ui.select(numbers, value=numbers[0], label="诉求").props("dense outlined")
                number.classes("reply")
                reason = ui.textarea("为什么必须知道举报人是谁")
                reason.props("autogrow outlined autofocus maxlength=500 data-mark=vault-reason")
                reason.classes("reply")
                ui.label(_NOTE).classes("desk-note")
            shown = ui.element("div").props("data-mark=vault-identity")

            async def look() -> None:
                found = await self._open_vault(number.value, reason.value or "")
                form.set_visibility(False)
                confirm.set_visibility(False)
                with shown:
                    _draw(found)

            with ui.element("div").classes("desk-actions"):
                confirm = button("调阅", told(look), "main", mark="vault-confirm")
                button("关闭", dialog.close, "quiet", mark="vault-close")
        # Drawn anew, the page keeps nothing of what was shown.
        dialog.on("hide", told(self._closed))

    async def _closed(self) -> None:
        await self._show_again()


def _draw(found: Identity) -> None:
    draw_facts(
        (
            ("诉求", found.number),
            ("姓名", found.name or "没有留姓名"),
            ("电话", found.phone or "没有留电话"),
            ("原话", found.text),
            ("地点", found.place),
        )
    )
    ui.label(_LOOK).classes("desk-note")
