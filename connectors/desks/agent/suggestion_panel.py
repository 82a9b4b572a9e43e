"""Suggested answers, each with the words that led to it; adopted by click, F2 or F3."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from nicegui import ui

from bot.conversation.suggesting import Suggestion
from connectors.desks.widgets import Resting, button, heading
from retrieval.schemas import EntryKind

_KEYS = ("F2", "F3")
_WRONG_KEY = "F8"
_EMPTY = "市民说话后，这里给出可采用的答复。"
_NONE = "没有与这些话相近的办事指南。可在下方登记工单，或自行答复。"
_OPERATORS_ONLY = "仅供坐席参考，不对市民公开"
_SAID = "已经说了："
_ASK = "可以问："
_NEWER = "有新的建议，移开鼠标或按 F4 更新"


class SuggestionPanel:
    """Draws the suggestions; they are not exchanged while the pointer rests on them."""

    def __init__(
        self,
        adopt: Callable[[Suggestion], Awaitable[None]],
        refresh: Callable[[], Awaitable[None]],
        report: Callable[[str | None], Awaitable[None]],
    ) -> None:
        self._adopt = adopt
        self._report = report
        self._shown: tuple[Suggestion, ...] | None = None
        self._asked = False
        self._next: tuple[Suggestion, ...] = ()
        with ui.element("div").classes("desk-bar"):
            heading("建议答复")
            self._newer = ui.label().classes("desk-count").props("role=status")
            missing = button("没有答案（F9）", self._no_answer, "quiet", key="F9", mark="no-answer")
            missing.tooltip("问题进入知识库的待补问题")
            button("刷新（F4）", refresh, "quiet", key="F4", mark="refresh")
        self._list = ui.element("div").classes("desk-suggestions")
        self._resting = Resting(self._list, self.exchange)
        self.show((), asked=False)

    def show(self, suggestions: Sequence[Suggestion], *, asked: bool = True) -> None:
        """Show these, at once or when the pointer has left; ``asked``: something was said."""
        self._next = tuple(suggestions)
        if asked != self._asked:
            self._asked, self._shown = asked, None
        if self._next == self._shown:
            self._newer.text = ""
        elif self._resting and self._shown:
            self._newer.text = _NEWER
        else:
            self.exchange()

    def exchange(self) -> None:
        """Redraw what changed."""
        self._newer.text = ""
        if self._next == self._shown:
            return
        self._shown = self._next
        self._list.clear()
        with self._list:
            if not self._shown:
                ui.label(_NONE if self._asked else _EMPTY).classes("desk-empty")
            for number, suggestion in enumerate(self._shown):
                self._suggestion(number, suggestion)

    async def _no_answer(self) -> None:
        await self._report(None)

    def _suggestion(self, number: int, suggestion: Suggestion) -> None:
        key = _KEYS[number] if number < len(_KEYS) else None
        with ui.element("article").classes("suggestion"):
            with ui.element("div").classes("desk-bar"):
                facet = f" · {suggestion.facet.label}" if suggestion.facet else ""
                sign = "" if suggestion.kind is EntryKind.GUIDE else f"{suggestion.kind.label}："
                ui.label(f"{sign}{suggestion.title}{facet}").classes("suggestion-title")
                wrong = partial(self._report, suggestion.code)
                told_by = _WRONG_KEY if number == 0 else None
                words = f"不对（{told_by}）" if told_by else "不对"
                button(words, wrong, "quiet", key=told_by, mark=f"wrong-{number + 1}")
                if suggestion.operators_only:
                    # To be read and put into words of one's own: no button sends it on.
                    ui.label(_OPERATORS_ONLY).classes("desk-count")
                else:
                    text = f"采用（{key}）" if key else "采用"
                    take = partial(self._adopt, suggestion)
                    button(text, take, key=key, mark=f"adopt-{number + 1}")
            lines = [line for line in suggestion.text.splitlines() if line.strip()]
            ui.label("\n".join(lines)).classes("suggestion-text").props("tabindex=0")
            if suggestion.case:
                ui.label(f"{_SAID}{suggestion.case}").classes("suggestion-because")
            for question in suggestion.ask:
                ui.label(f"{_ASK}{question}").classes("suggestion-because")
            ui.label(f"因为：{suggestion.because}").classes("suggestion-because")
            if suggestion.sources:
                source = suggestion.sources[0]
                since = f" · {source.valid_from}起" if source.valid_from else ""
                laws = f" · {'、'.join(source.laws)}" if source.laws else ""
                line = f"来源：{source.source} · 第{source.version}版{since}{laws}"
                ui.label(line).classes("suggestion-because")
