"""Bundles over HTTP: the list, one bundle, the plan for a citizen's answers; as data, text, PDF."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote

import anyio.to_thread
from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import FileResponse, PlainTextResponse, Response

from connectors.bundles.printed import PlanPrinter
from connectors.bundles.schemas import Answers, BundleLine, BundleView, PlanView
from foundation.clock import Clock
from knowledge_base.bundles.loader import Bundles
from knowledge_base.bundles.planning import Plan, plan
from knowledge_base.bundles.rendering import plan_text
from knowledge_base.library import Library

_PAGES: Final = Path(__file__).resolve().parent.parent / "ui" / "pages"
_NO_CACHE: Final = {"Cache-Control": "no-cache"}

Code = Annotated[str, InPath(max_length=20)]


def router(bundles: Bundles, library: Callable[[], Library], clock: Clock) -> APIRouter:
    """Return the endpoints.

    Args:
        bundles: every bundle of the city.
        library: gives the library that is published now.
        clock: says which day stands on a printed plan.
    """
    routes = APIRouter()
    _add_pages(routes, bundles)
    _add_plans(routes, bundles, library, clock)

    @routes.get("/api/bundles")
    async def all_bundles() -> list[BundleLine]:
        return [BundleLine.of(bundle) for bundle in bundles.all()]

    @routes.get("/api/bundles/{code}")
    async def one(code: Code) -> BundleView:
        return BundleView.of(bundles.bundle(code), library())

    return routes


def _add_pages(routes: APIRouter, bundles: Bundles) -> None:
    @routes.get("/bundles", include_in_schema=False)
    async def list_page() -> FileResponse:
        return FileResponse(_PAGES / "bundles.html", headers=_NO_CACHE)

    @routes.get("/bundles/{code}", include_in_schema=False)
    async def page(code: Code) -> FileResponse:
        bundles.bundle(code)
        return FileResponse(_PAGES / "bundle.html", headers=_NO_CACHE)


def _add_plans(
    routes: APIRouter, bundles: Bundles, library: Callable[[], Library], clock: Clock
) -> None:
    """Answers come in the body only: what befalls a family stays out of every URL and log."""
    printer = PlanPrinter(clock)

    def planned(code: str, has: Answers) -> tuple[Plan, Library]:
        now = library()
        return plan(bundles.bundle(code), has.answers, now), now

    @routes.post("/api/bundles/{code}/plan")
    async def as_data(code: Code, has: Answers) -> PlanView:
        return PlanView.of(planned(code, has)[0])

    @routes.post("/api/bundles/{code}/plan.txt", response_class=PlainTextResponse)
    async def as_text(code: Code, has: Answers) -> str:
        return plan_text(planned(code, has)[0])

    @routes.get("/bundles/{code}/plan.pdf", include_in_schema=False)
    async def unanswered_pdf(code: Code) -> Response:
        """The plan with every question open: what a link may carry."""
        return await pdf(code, Answers())

    @routes.post("/api/bundles/{code}/plan.pdf")
    async def as_pdf(code: Code, has: Answers) -> Response:
        return await pdf(code, has)

    async def pdf(code: str, has: Answers) -> Response:
        made, now = planned(code, has)
        printed = await anyio.to_thread.run_sync(partial(printer.pdf, made, now))
        name = quote(f"{made.bundle.title} 一件事一次办.pdf")
        headers = {"Content-Disposition": f"inline; filename*=UTF-8''{name}"} | _NO_CACHE
        return Response(printed, media_type="application/pdf", headers=headers)
