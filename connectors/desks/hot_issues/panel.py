"""Hot issues (热点预警) on a desk: a button with their number, and the list behind it.

Another desk mounts it with one line: ``HotIssuePanel(door, database, issues, access).build()``,
and calls ``refresh`` where it polls.
"""

from functools import partial

from nicegui import ui
from sqlalchemy.orm import Session

from connectors.desks.due import when_words
from connectors.desks.frame import Door, say, told
from connectors.desks.widgets import button, heading
from foundation.access.permissions import Permission
from foundation.access.service import AccessService
from foundation.database.session import Database
from foundation.errors import ConflictError
from routing.hot_issues.models import HotIssueState
from routing.hot_issues.service import HotIssues, HotIssueView
from routing.tickets.schemas import Actor

_NONE = "眼下没有热点。同一地点、同类事项的诉求明显多于平时的，会出现在这里。"
_SHOWN = 5  # tickets of one issue


class HotIssuePanel:
    """Draws the button; nothing for an account that may not handle hot issues."""

    def __init__(
        self, door: Door, database: Database, issues: HotIssues, access: AccessService
    ) -> None:
        self._door = door
        self._database = database
        self._issues = issues
        self._access = access

    def build(self) -> None:
        """Draw the button in the present slot."""
        self._button = button("热点", told(self._open), "quiet", mark="hot-issues")
        self._button.set_visibility(self._door.account.may(Permission.HOT_ISSUE_HANDLE))
        with ui.dialog() as self._dialog, ui.card().classes("desk-dialog wide"):
            heading("热点预警")
            self._list = ui.element("div").classes("desk-scroll")
            button("关闭", self._dialog.close, "quiet")

    async def refresh(self) -> None:
        """Count what nobody has noted yet."""
        if not self._door.account.may(Permission.HOT_ISSUE_HANDLE):
            return
        states = (HotIssueState.OPEN,)
        found = await self._database.read(lambda session: self._issues.listed(session, states))
        self._button.text = f"! 热点 {len(found)}" if found else "热点"

    async def _open(self) -> None:
        await self._show()
        self._dialog.open()

    async def _show(self) -> None:
        await self._door.require(Permission.HOT_ISSUE_HANDLE)
        found = await self._database.read(self._issues.listed)
        self._list.clear()
        with self._list:
            if not found:
                ui.label(_NONE).classes("desk-empty")
            for one in found:
                self._draw(one)

    def _draw(self, one: HotIssueView) -> None:
        with ui.element("article").classes("suggestion").props(f"data-issue={one.id}"):
            with ui.element("div").classes("desk-bar"):
                ui.label(one.title).classes("suggestion-title")
                ui.label(one.state.label).classes("desk-tag")
            ui.label(_growth(one))
            if one.words:
                ui.label(f"常说的词：{'、'.join(one.words)}").classes("suggestion-because")
            for number, title in one.tickets[:_SHOWN]:
                ui.label(f"{number} {title}").classes("suggestion-because")
            if one.note:
                ui.label(f"说明：{one.note}").classes("suggestion-because")
            note = ui.input("说明（可不写）").props("dense outlined data-mark=hot-note")
            with ui.element("div").classes("desk-actions"):
                for state, text in (
                    (HotIssueState.NOTED, "关注"),
                    (HotIssueState.HANDLED, "处置完毕"),
                ):
                    if state is not one.state:
                        decide = partial(self._decide, one.id, state, note)
                        button(text, told(decide), mark=f"hot-{state.value}")

    async def _decide(self, issue_id: int, state: HotIssueState, note: ui.input) -> None:
        account = await self._door.require(Permission.HOT_ISSUE_HANDLE)

        def work(session: Session) -> None:
            self._issues.decide(session, issue_id, state, Actor(account.ref), note.value or "")
            self._access.record(session, account.id, f"hot_issue.{state}", str(issue_id))

        try:
            await self._database.write(work)
        except ConflictError:
            await self._show()
            raise
        say("已记下。", "positive")
        await self._show()
        await self.refresh()


def _growth(one: HotIssueView) -> str:
    usual = f"平时{one.usual:g}件" if one.usual else "平时没有"
    return f"{one.window_days}天内{one.count}件，{usual}；最近一件{when_words(one.last_at)}"
