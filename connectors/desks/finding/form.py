"""The conditions of a search, and the filters that an account keeps."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from nicegui import ui

from connectors.desks.widgets import button, heading
from routing.finding.schemas import Due, KeptFilter, TicketQuery
from routing.schemas import AppealKind
from routing.supervision.states import CardColour
from routing.tickets.states import TicketState


class FilterForm:
    """Draws the fields in the present slot."""

    def __init__(
        self,
        search: Callable[[], Awaitable[None]],
        keep: Callable[[str], Awaitable[None]],
        use: Callable[[KeptFilter], Awaitable[None]],
        drop: Callable[[KeptFilter], Awaitable[None]],
        departments: Mapping[str, str],
    ) -> None:
        """Take what to do; ``departments``: code → name, none for a department's own desk."""
        self._use = use
        self._drop = drop
        with ui.element("div").classes("desk-form").props("data-enter"):
            self._words = ui.input(placeholder="字词或编号（Ctrl+K）").classes("desk-search")
            self._words.props('outlined dense clearable aria-label="字词或编号"')
            self._words.props("data-mark=find-words")
            self._words.on("keydown.enter", search)
            self._states = _select({one: one.label for one in TicketState}, "状态", several=True)
            self._kinds = _select({one: one.label for one in AppealKind}, "类型", several=True)
            self._due = _select({one: one.label for one in Due}, "时限", mark="find-due")
            self._card = _select({one: one.label for one in CardColour}, "亮牌")
            self._category = ui.input("分类（编码或名称的开头）").props("outlined dense clearable")
            self._district = ui.input("区县").props("outlined dense clearable")
            self._department = _select(dict(departments), "承办单位", typed=True)
            self._department.set_visibility(bool(departments))
            button("查找", search, "main", mark="find")
        heading("常用筛选")
        self._kept = ui.element("div").props("data-mark=kept-filters")
        with ui.element("div").classes("desk-form"):
            name = ui.input("给现在的条件起个名字").props("outlined dense data-mark=filter-name")
            button("保存", lambda: keep(name.value or ""), "quiet", mark="keep-filter")

    def query(self) -> TicketQuery:
        """Return what stands in the fields; raises ``ValidationError``."""
        return TicketQuery(
            q=self._words.value or None,
            state=tuple(self._states.value or ()),
            kind=tuple(self._kinds.value or ()),
            due=self._due.value,
            card=self._card.value,
            category=self._category.value or None,
            district=self._district.value or None,
            department=self._department.value,
        )

    def put(self, query: TicketQuery) -> None:
        """Put a query into the fields."""
        self._words.value = query.q or ""
        self._states.value = list(query.state)
        self._kinds.value = list(query.kind)
        self._due.value = query.due
        self._card.value = query.card
        self._category.value = query.category or ""
        self._district.value = query.district or ""
        self._department.value = query.department

    def show_kept(self, kept: Sequence[KeptFilter]) -> None:
        """Show the account's filters."""
        self._kept.clear()
        with self._kept:
            if not kept:
                ui.label("还没有。填好条件，起个名字保存，以后一点就查。").classes("desk-empty")
            for one in kept:
                with ui.element("div").classes("desk-bar"):
                    button(one.name, partial(self._use, one), "quiet", mark=f"filter-{one.id}")
                    button("删除", partial(self._drop, one), "quiet", mark=f"drop-{one.id}")


def _select(
    choices: Mapping[str, str],
    label: str,
    *,
    several: bool = False,
    typed: bool = False,
    mark: str | None = None,
) -> ui.select:
    drawn = ui.select(
        dict(choices), label=label, multiple=several, clearable=True, with_input=typed
    )
    drawn.props("outlined dense use-chips" if several else "outlined dense")
    if mark is not None:
        drawn.props(f"data-mark={mark}")
    return drawn
