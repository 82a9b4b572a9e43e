"""Notices over HTTP: as data, as text, as PDF; only guides that citizens may read."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import anyio.to_thread
from fastapi import APIRouter, Query
from fastapi import Path as InPath
from fastapi.responses import FileResponse, PlainTextResponse, Response

from connectors.notices.guidance import GivenAnswers, SelectionView, selected
from connectors.notices.printed import PrintedNotices
from connectors.notices.schemas import ChecklistView, HeldDocuments, NoticeView
from foundation.clock import Clock
from knowledge_base.errors import MatterNotFoundError
from knowledge_base.guidance.offered import offered
from knowledge_base.guidance.rendering import personal_notice_text
from knowledge_base.guidance.selecting import decode, select
from knowledge_base.library import Library
from knowledge_base.notices.checklist import checklist
from knowledge_base.rendering import one_time_notice
from knowledge_base.schema import Matter, Visibility

_PAGE = Path(__file__).resolve().parent.parent / "ui" / "pages" / "guide.html"
_NO_CACHE = {"Cache-Control": "no-cache"}

Code = Annotated[str, InPath(max_length=20)]
# What a link says of one case: keys of questions and answers, nothing that names a person.
Case = Annotated[str, Query(alias="for", max_length=400)]


def router(library: Callable[[], Library], clock: Clock) -> APIRouter:
    """Return the endpoints.

    Args:
        library: gives the library that is published now.
        clock: says which day stands on a printed notice.
    """
    printed = PrintedNotices(clock)
    routes = APIRouter()

    @routes.get("/guides/{code}", include_in_schema=False)
    async def page(code: Code) -> FileResponse:
        _public(library(), code)
        return FileResponse(_PAGE, headers=_NO_CACHE)

    @routes.get("/guides/{code}/notice.pdf", include_in_schema=False)
    async def pdf(code: Code, case: Case = "") -> Response:
        now = library()
        matter = _public(now, code)
        selection = selected(matter, offered(now, code), decode(case))
        made = await anyio.to_thread.run_sync(partial(printed.pdf, matter, now, selection))
        name = quote(f"{matter.title} 一次性告知.pdf")
        headers = {"Content-Disposition": f"inline; filename*=UTF-8''{name}"} | _NO_CACHE
        return Response(made, media_type="application/pdf", headers=headers)

    @routes.get("/api/guides/{code}")
    async def notice(code: Code, case: Case = "") -> NoticeView:
        now = library()
        matter, guidance = _public(now, code), offered(now, code)
        selection = selected(matter, guidance, decode(case))
        return NoticeView.of(matter, now, guidance, selection)

    @routes.get("/api/guides/{code}/notice.txt", response_class=PlainTextResponse)
    async def text(code: Code, case: Case = "") -> str:
        now = library()
        matter = _public(now, code)
        selection = selected(matter, offered(now, code), decode(case))
        if selection is None:
            return one_time_notice(matter, now)
        return personal_notice_text(selection, now)

    @routes.post("/api/guides/{code}/selection")
    async def selection_of(code: Code, given: GivenAnswers) -> SelectionView:
        """While the questions are answered they travel in the body, out of every URL."""
        now = library()
        matter, guidance = _public(now, code), offered(now, code)
        if guidance is None:
            raise MatterNotFoundError(code)
        return SelectionView.of(select(guidance, matter, given.answers), now)

    @routes.post("/api/guides/{code}/checklist")
    async def check(code: Code, has: HeldDocuments) -> ChecklistView:
        matter = _public(library(), code)
        return ChecklistView.of(checklist(matter, has.held, has.cases, has.dropped))

    return routes


def _public(library: Library, code: str) -> Matter:
    matter = library.matter(code)
    if matter.visibility is not Visibility.PUBLIC:
        # A citizen need not learn that there is an internal one.
        raise MatterNotFoundError(code)
    return matter
