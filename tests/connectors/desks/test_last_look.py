"""What a page was asked for last is what it shows, whichever answer comes first."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.desks.errors import FileNotTakenError
from connectors.desks.knowledge.import_page import ImportPage
from connectors.desks.knowledge.review_page import ReviewPage


class _Door:
    async def require(self, _permission: object) -> None:
        """Let everybody in."""


class _Database:
    """Answers the first question last."""

    def __init__(self) -> None:
        self.released = asyncio.Event()
        self._asked = 0

    async def read(self, work: Any) -> Any:
        self._asked += 1
        if self._asked == 1:
            await self.released.wait()
        return work(None)


class _Page(ReviewPage):
    def __init__(self, database: _Database) -> None:
        views = SimpleNamespace(
            entry=lambda _session, _account, code: SimpleNamespace(code=code, lock_version=1),
            content=lambda *_asked: SimpleNamespace(content=None),
        )
        entries = SimpleNamespace(views=views, check=lambda _content: "report")
        parts: Any = SimpleNamespace(database=database, entries=entries)
        door: Any = _Door()
        super().__init__(door, parts)
        self.shown: list[str] = []

    def _show(self, view: Any, content: Any) -> None:
        self.shown.append(view.code)

    def _show_report(self, report: Any) -> None:
        self._report = report
        self.shown.append(f"{self._selected} checked")

    async def _list(self) -> None:
        """Leave the list alone."""


async def _settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_the_entry_chosen_last_is_shown_last_and_its_checks_once() -> None:
    async def choose() -> list[str]:
        database = _Database()
        page = _Page(database)
        looks = [asyncio.create_task(page._select(code)) for code in ("slow", "quick", "quick")]
        await _settled()
        database.released.set()
        await asyncio.gather(*looks)
        return page.shown

    assert asyncio.run(choose()) == ["slow", "quick", "quick", "quick checked"]


def test_a_second_file_is_refused_while_the_first_arrives() -> None:
    async def upload() -> list[str]:
        door: Any = _Door()
        parts: Any = SimpleNamespace()
        page: Any = ImportPage(door, parts)
        arrived, taken = asyncio.Event(), list[str]()

        async def read_file(event: Any) -> None:
            await arrived.wait()
            taken.append(event)

        page._read_file = read_file
        first = asyncio.create_task(page._read("first"))
        await _settled()
        with pytest.raises(FileNotTakenError):
            await page._read("second")
        arrived.set()
        await first
        page._close()
        return taken

    assert asyncio.run(upload()) == ["first"]
