"""The left column: every entry, narrowed by words, category, department and state, by pages."""

from collections.abc import Awaitable, Callable, Mapping

from nicegui import ui

from connectors.desks.frame import told
from connectors.desks.widgets import KeyedList, button, heading
from knowledge_base.entries.catalogue import CatalogueRow, Page, Shelf, Wanted
from knowledge_base.entries.states import EntryState
from knowledge_base.schema import Visibility

PAGE_ROWS = 50
_EMPTY = "没有符合条件的条目。换个词，或清空筛选。"
_STATES = {
    "": "全部状态",
    EntryState.DRAFT.value: EntryState.DRAFT.label,
    EntryState.REVIEW.value: EntryState.REVIEW.label,
    Shelf.ANSWERED.value: Shelf.ANSWERED.label,
    Shelf.UNWRITTEN.value: Shelf.UNWRITTEN.label,
    Shelf.ENDED.value: Shelf.ENDED.label,
}
_TIERS = {Visibility.OPERATORS: "限坐席", Visibility.INTERNAL: "内部"}


class BrowsePanel:
    """Draws one page of the list; the page behind it does the looking up."""

    def __init__(
        self,
        look_up: Callable[[], Awaitable[None]],
        choose: Callable[[str], Awaitable[None]],
        create: Callable[[], Awaitable[None]] | None,
        categories: Mapping[str, str],
        departments: Mapping[str, str],
        category: str = "",
    ) -> None:
        self._look_up = told(look_up)
        self.offset = 0
        self._total = 0
        with ui.element("section").classes("desk-queue").props('aria-label="条目"'):
            with ui.element("div").classes("desk-bar"):
                heading("条目")
                self._count = ui.label().classes("desk-count").props("role=status")
                if create is not None:
                    button("＋新条目", create, "main", mark="new-entry")
            self._search = ui.input(placeholder="搜索编码、名称、问法（Ctrl+K）")
            self._search.props('dense outlined clearable debounce=250 aria-label="搜索条目"')
            self._search.classes("desk-search").on_value_change(self._again)
            with ui.element("div").classes("know-filters"):
                self._category = self._select("类别", {"": "全部类别", **categories}, category)
                self._state = self._select("状态", _STATES, "")
                self._department = self._select("单位", {"": "全部单位", **departments}, "")
            self._list: KeyedList[CatalogueRow] = KeyedList(
                lambda row: row.code, self._draw, choose, _EMPTY
            )
            with ui.element("div").classes("know-paging"):
                self._before = button("上一页", self._go_back, "quiet", mark="page-before")
                self._where = ui.label().classes("desk-count")
                self._after = button("下一页", self._go_on, "quiet", mark="page-after")

    @property
    def wanted(self) -> Wanted:
        """What the list is narrowed to."""
        chosen = self._state.value
        return Wanted(
            words=(self._search.value or "")[:100],
            category=self._category.value or "",
            department=self._department.value or "",
            shelf=Shelf(chosen) if chosen in set(Shelf) else None,
            state=EntryState(chosen) if chosen in set(EntryState) else None,
        )

    def show(self, page: Page, selected: str | None) -> None:
        """Show one page."""
        self._total = page.total
        self._count.text = f"共 {page.total}"
        first = self.offset + 1 if page.total else 0
        self._where.text = f"{first}–{self.offset + len(page.rows)}"
        self._before.set_enabled(self.offset > 0)
        self._after.set_enabled(self.offset + PAGE_ROWS < page.total)
        self._list.show(page.rows, selected, at_once=True)

    def _select(self, label: str, options: Mapping[str, str], value: str) -> ui.select:
        known = value if value in options else ""
        chosen = ui.select(dict(options), value=known, on_change=self._again)
        chosen.props(f'dense outlined options-dense aria-label="{label}" data-mark=filter-{label}')
        return chosen

    async def _again(self) -> None:
        self.offset = 0
        await self._look_up()

    async def _go_back(self) -> None:
        self.offset = max(0, self.offset - PAGE_ROWS)
        await self._look_up()

    async def _go_on(self) -> None:
        if self.offset + PAGE_ROWS < self._total:
            self.offset += PAGE_ROWS
        await self._look_up()

    def _draw(self, row: CatalogueRow) -> None:
        with ui.element("span").classes("desk-row-top"):
            ui.label(row.code).classes("know-code")
            if row.visibility in _TIERS:
                ui.label(_TIERS[row.visibility]).classes("desk-standing protected")
            if row.open is not None:
                waits = " waiting" if row.open.state is EntryState.REVIEW else ""
                sign = "◷ " if waits else "✎ "
                ui.label(sign + row.open.state.label).classes(f"desk-standing{waits}")
            elif row.shelf is not Shelf.ANSWERED:
                ui.label(f"○ {row.shelf.label}").classes("desk-standing")
            ui.label(row.category).classes("desk-time")
        ui.label(row.title).classes("know-title")
