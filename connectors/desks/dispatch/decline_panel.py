"""Declining (不予受理) at the dispatcher's desk: why, and where the citizen is to turn."""

from collections.abc import Awaitable, Callable, Mapping

from nicegui import ui

from connectors.desks.frame import told
from connectors.desks.widgets import button, heading
from knowledge_base.schema import Department
from routing.tickets.schemas import QueueRow

_NOTE = "市民会收到理由和应当去找的单位；不予受理后不能撤销。"


class DeclinePanel:
    """Draws the form, folded away: most tickets are taken."""

    def __init__(
        self, decline: Callable[[str, str], Awaitable[None]], bodies: Mapping[str, Department]
    ) -> None:
        """Take what to do, and every body that may be named, by code."""
        self._decline = told(decline)
        self._bodies = bodies

    def draw(self, row: QueueRow) -> None:
        """Draw the form of one ticket in the present slot; who disagreed is owed a reply."""
        if row.round > 1:
            return
        with ui.element("details").classes("desk-form").props("data-mark=decline-form"):
            with ui.element("summary"):
                heading("不予受理")
            channel = ui.select(
                {code: one.name for code, one in self._bodies.items()},
                value=self._elsewhere(row),
                label="请市民向哪个单位反映",
                with_input=True,
                clearable=True,
            )
            channel.props("dense outlined data-mark=decline-channel").classes("reply")
            reason = ui.textarea("理由（市民会看到）").props("autogrow outlined maxlength=1000")
            reason.props("data-mark=decline-reason").classes("reply")
            ui.label(_NOTE).classes("desk-note")

            async def decline() -> None:
                await self._decline(channel.value or "", reason.value or "")

            button("不予受理", decline, mark="decline")

    def _elsewhere(self, row: QueueRow) -> str | None:
        """Return the proposed body where the hotline cannot send it tickets.

        One that takes tickets is dispatched to: nobody is turned away to it unless a person
        says so.
        """
        named = row.proposal.get("lead")
        body = self._bodies.get(named or "")
        return None if body is None or body.receives_tickets else named
