"""Small parts the desks are drawn with."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import Generic, Literal, TypeVar

from nicegui import ui
from nicegui.element import Element

T = TypeVar("T", bound=Hashable)

_LOOKS = {
    "main": "unelevated no-caps color=primary",
    "plain": "outline no-caps color=primary",
    "quiet": "flat no-caps color=primary",
}


def button(
    text: str,
    on_click: Callable[..., object] | None = None,
    look: Literal["main", "plain", "quiet"] = "plain",
    *,
    key: str | None = None,
    mark: str | None = None,
) -> ui.button:
    """Return a button; ``key`` is the key that presses it, ``mark`` its name for tests."""
    drawn = ui.button(text, on_click=on_click).props(f"{_LOOKS[look]} dense").classes("desk-button")
    if key is not None:
        drawn.props["data-key"] = key
        drawn.props["aria-keyshortcuts"] = key
    if mark is not None:
        drawn.props["data-mark"] = mark
    return drawn


def heading(text: str) -> ui.label:
    """Return the heading of a part of the page."""
    return ui.label(text).classes("desk-heading").props("role=heading aria-level=2")


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> ui.element:
    """Return a plain table, for reading and copying; every cell is a text node."""
    with ui.element("table").classes("desk-table") as drawn:
        with ui.element("thead"), ui.element("tr"):
            for title in titles:
                with ui.element("th").props("scope=col"):
                    ui.label(title)
        with ui.element("tbody"):
            for row in rows:
                with ui.element("tr"):
                    for text in row:
                        with ui.element("td"):
                            ui.label(text)
    return drawn


class Resting:
    """Whether the pointer rests on a part: nothing in it may move meanwhile."""

    def __init__(self, element: Element, on_left: Callable[[], None]) -> None:
        self._rests = False
        self._on_left = on_left
        element.on("mouseenter", self._enter)
        element.on("mouseleave", self._leave)

    def __bool__(self) -> bool:
        return self._rests

    def _enter(self) -> None:
        self._rests = True

    def _leave(self) -> None:
        self._rests = False
        self._on_left()


class KeyedList(Generic[T]):
    """A list whose rows are changed in place, and move only when no pointer rests on it."""

    def __init__(
        self,
        key: Callable[[T], str],
        draw: Callable[[T], None],
        choose: Callable[[str], Awaitable[None]],
        empty: str,
    ) -> None:
        self._key = key
        self._draw = draw
        self._choose = choose
        self._items: dict[str, T] = {}
        self._rows: dict[str, Element] = {}
        self._wanted: tuple[T, ...] = ()
        self._selected: str | None = None
        self._list = ui.element("div").classes("desk-list").props("role=list")
        self._empty = ui.label(empty).classes("desk-empty")
        self._resting = Resting(self._list, self._settle)

    def show(
        self,
        items: Sequence[T],
        selected: str | None,
        empty: str | None = None,
        *,
        at_once: bool = False,
    ) -> None:
        """Show these, in this order; ``at_once``: the person's own act changed the list."""
        self._wanted = tuple(items)
        if empty is not None:
            self._empty.text = empty
        for item in self._wanted:
            self._put(item)
        self._mark(selected)
        if at_once or not self._resting:
            self._settle()

    def _put(self, item: T) -> None:
        key = self._key(item)
        if self._items.get(key) == item:
            return
        row = self._rows.get(key) or self._new_row(key)
        self._items[key] = item
        row.clear()
        with row:
            self._draw(item)

    def _new_row(self, key: str) -> Element:
        with self._list, ui.element("div").props("role=listitem"):
            row = ui.element("button").classes("desk-row").props('type="button"')
        row.props["data-row"] = key
        row.on("click", lambda: self._choose(key))
        self._rows[key] = row
        return row

    def _mark(self, selected: str | None) -> None:
        for key in (self._selected, selected):
            row = self._rows.get(key or "")
            if row is None:
                continue
            if key == selected:
                row.classes(add="selected").props("aria-current=true")
            else:
                row.classes(remove="selected").props(remove="aria-current")
        self._selected = selected

    def _settle(self) -> None:
        """Take away what is gone and bring the rest into order."""
        keys = [self._key(item) for item in self._wanted]
        for key in set(self._rows) - set(keys):
            self._slot(key).delete()
            del self._rows[key], self._items[key]
        shown = [child.id for child in self._list.default_slot.children]
        if shown != [self._slot(key).id for key in keys]:
            for index, key in enumerate(keys):
                self._slot(key).move(target_index=index)
        self._empty.set_visibility(not keys)

    def _slot(self, key: str) -> Element:
        slot = self._rows[key].parent_slot
        assert slot is not None
        return slot.parent
