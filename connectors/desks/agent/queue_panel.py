"""The left column: who talks now, those who wait for a person first."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from bot.conversation.schemas import Author
from bot.conversation.transcript import LiveConversation
from connectors.desks.widgets import KeyedList, button, heading

CHANNELS = {"web": "网页", "wechat": "微信", "telephone": "来电", "cli": "终端"}
_AUTHORS = {Author.CITIZEN: "市民", Author.ASSISTANT: "助手", Author.OPERATOR: "坐席"}
_NONE = "还没有会话。市民发来消息后会出现在这里。"
_NONE_FOUND = "没有符合搜索的会话。"


class QueuePanel:
    """Draws the list; a click or Enter opens a conversation."""

    def __init__(
        self,
        operator_id: str,
        open_conversation: Callable[[str], Awaitable[None]],
        open_call: Callable[[], Awaitable[None]],
        *,
        may_call: bool,
    ) -> None:
        self._operator_id = operator_id
        self._rows: tuple[LiveConversation, ...] = ()
        self._selected: str | None = None
        self._waiting: frozenset[str] | None = None
        with ui.element("section").classes("desk-queue").props('aria-label="会话列表"'):
            with ui.element("div").classes("desk-bar"):
                heading("会话")
                self._count = ui.label().classes("desk-count")
                if may_call:
                    button("＋来电", open_call, "main", mark="new-call")
            self._search = ui.input(placeholder="搜索会话（Ctrl+K）", on_change=self._search_rows)
            self._search.props('dense outlined clearable aria-label="搜索会话"')
            self._search.classes("desk-search")
            self._news = ui.label().classes("desk-news").props("role=status")
            self._list = KeyedList(lambda row: row.id, self._draw, open_conversation, _NONE)

    def show(self, rows: Sequence[LiveConversation], selected: str | None) -> None:
        """Show these; someone who newly waits for a person is announced."""
        self._rows, self._selected = tuple(rows), selected
        waiting = frozenset(row.id for row in rows if _waits(row))
        if self._waiting is not None and waiting - self._waiting:
            self._news.text = f"有{len(waiting - self._waiting)}位市民新近要求人工服务"
        elif not waiting:
            self._news.text = ""
        self._waiting = waiting
        count = f"等人工 {len(waiting)} · " if waiting else ""
        self._count.text = f"{count}共 {len(rows)}"
        ui.page_title(f"({len(waiting)}) 坐席工作台" if waiting else "坐席工作台")
        self._show()

    def _search_rows(self) -> None:
        self._show(at_once=True)

    def _show(self, *, at_once: bool = False) -> None:
        wanted = (self._search.value or "").strip().lower()
        rows = [row for row in self._rows if wanted in _searched(row)]
        self._list.show(rows, self._selected, _NONE_FOUND if wanted else _NONE, at_once=at_once)

    def _draw(self, row: LiveConversation) -> None:
        with ui.element("span").classes("desk-row-top"):
            ui.label(CHANNELS.get(row.channel, row.channel)).classes("desk-channel")
            standing = ui.label(_standing(row, self._operator_id)).classes("desk-standing")
            standing.classes("waiting" if _waits(row) else "")
            ui.label(f"{row.updated_at:%H:%M}").classes("desk-time")
        author = _AUTHORS.get(row.last_author)
        ui.label(f"{author}：{row.last_text}" if author else row.last_text).classes("desk-last")


def _waits(row: LiveConversation) -> bool:
    return row.handover_requested_at is not None and row.holder_id is None


def _searched(row: LiveConversation) -> str:
    return f"{row.id} {CHANNELS.get(row.channel, '')} {row.last_text}".lower()


def _standing(row: LiveConversation, operator_id: str) -> str:
    if row.holder_id == operator_id:
        return "● 我接入"
    if row.holder_id is not None:
        return "他人接入"
    return "▲ 等人工" if _waits(row) else "助手"
