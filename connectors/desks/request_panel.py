"""What waits for a decision at a desk: a button with the number of it, and the list behind."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from nicegui import ui

from connectors.desks.frame import told
from connectors.desks.widgets import button, heading
from foundation.errors import ConflictError

T = TypeVar("T")


class RequestPanel(ABC, Generic[T]):
    """Draws both; what one request looks like is the subclass's."""

    def __init__(
        self,
        title: str,
        none: str,
        mark: str,
        note: str | None = None,
        changed: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Take words and names.

        Args:
            title: of the button and of the dialog.
            none: said where nothing waits.
            mark: name of the button for tests.
            note: stands below the title of the dialog.
            changed: called after each decision, for what else of the desk shows it.
        """
        self._title = title
        self._none = none
        self._mark = mark
        self._note = note
        self._changed = changed

    @abstractmethod
    async def _load(self) -> Sequence[T]:
        """Return what waits."""

    @abstractmethod
    def _draw(self, one: T) -> None:
        """Draw one request with its buttons, in the present slot."""

    def build(self) -> None:
        """Draw the button in the present slot."""
        self._button = button(self._title, told(self._open), "quiet", mark=self._mark)
        with ui.dialog() as self._dialog, ui.card().classes("desk-dialog"):
            heading(self._title)
            if self._note is not None:
                ui.label(self._note).classes("desk-note")
            self._list = ui.element("div").classes("desk-scroll")
            button("关闭", self._dialog.close, "quiet")

    async def refresh(self) -> None:
        """Count what waits for a decision."""
        count = len(await self._load())
        self._button.text = f"{self._title} {count}" if count else self._title

    async def _open(self) -> None:
        await self._show()
        self._dialog.open()

    async def _show(self) -> None:
        found = await self._load()
        self._list.clear()
        with self._list:
            if not found:
                ui.label(self._none).classes("desk-empty")
            for one in found:
                self._draw(one)

    def _decided(self, decide: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """Return ``decide`` with the list shown again after it."""

        async def run() -> None:
            try:
                await decide()
            except ConflictError:
                # Decided elsewhere, or changed: show how it stands.
                await self._show()
                raise
            await self._show()
            await self.refresh()
            if self._changed is not None:
                await self._changed()

        return told(run)
