"""Work calendar and rule packs over HTTP, for administrators."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from connectors.ticket_api.schemas import Json
from connectors.ticket_api.table_routes import TableRoutes, TicketApi
from connectors.web_chat.schemas import WellFormed
from foundation.access.service import Account
from foundation.clock import Clock
from routing.deadlines.calendar_import import ImportPlan
from routing.deadlines.derivation import amount_words
from routing.ticket_clocks.backtest import Tally, TriedTicket, by_department, by_kind
from routing.ticket_clocks.keeping import FIRST, DeadlineKeeping, NoticePreview, PackView, Recount

LISTED = 200  # tickets that would have been late; the counts are of all
Year = Annotated[int, Field(ge=2004, le=2100)]


class NoticeBody(BaseModel):
    """A holiday notice as plain text; ``source`` where it names neither title nor number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    year: Year
    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000), WellFormed]
    source: Annotated[str, StringConstraints(max_length=200), WellFormed] = ""


@dataclass(frozen=True, slots=True)
class DeadlineApi:
    """What the routes work with."""

    tickets: TicketApi
    keeping: DeadlineKeeping
    clock: Clock


def router(api: DeadlineApi) -> APIRouter:
    """Return every route of calendar and rule packs."""
    routes = TableRoutes(api.tickets, "deadlines")
    _packs(routes, api)
    _calendar(routes, api)
    return routes.router


def _packs(routes: TableRoutes, api: DeadlineApi) -> None:
    async def rule_packs(_account: Annotated[Account, routes.who("rule_packs")]) -> Json:
        found = await anyio.to_thread.run_sync(api.keeping.packs)
        return {"packs": [_pack(one) for one in found.packs], "faults": found.faults}

    async def rules_backtest(
        _account: Annotated[Account, routes.who("rules_backtest")],
        pack: Annotated[str, Query(max_length=64)],
        begin: AwareDatetime | None = None,
        end: AwareDatetime | None = None,
    ) -> Json:
        tried = await anyio.to_thread.run_sync(
            api.keeping.tried, pack, begin or FIRST, end or api.clock.now()
        )
        return {
            "tickets": len(tried),
            "by_kind": _tallies(by_kind(tried)),
            "by_department": _tallies(by_department(tried)),
            "newly_late": [_tried(one) for one in tried if one.newly_late][:LISTED],
        }

    routes.add(rule_packs, rules_backtest)


def _calendar(routes: TableRoutes, api: DeadlineApi) -> None:
    async def calendar_year(
        _account: Annotated[Account, routes.who("calendar_year")], year: Year
    ) -> Json:
        found = await anyio.to_thread.run_sync(api.keeping.year, year)
        days = [
            {"day": day, "working": entry.working, "name": entry.name} for day, entry in found.days
        ]
        return {"year": year, "published": found.published, "days": days}

    async def preview_notice(
        _account: Annotated[Account, routes.who("preview_notice")], body: NoticeBody
    ) -> Json:
        preview = api.keeping.preview
        return _preview(await anyio.to_thread.run_sync(preview, body.text, body.year, body.source))

    async def load_notice(
        account: Annotated[Account, routes.who("load_notice")], body: NoticeBody
    ) -> Json:
        load = api.keeping.load
        plan, recount = await anyio.to_thread.run_sync(load, body.text, body.year, body.source)
        await api.tickets.database.write(
            lambda session: api.tickets.access.record(
                session, account.id, "calendar.load", plan.source[:128]
            )
        )
        return _plan(plan) | {"recount": _recount(recount)}

    routes.add(calendar_year, preview_notice, load_notice)


def _pack(one: PackView) -> Json:
    pack = one.pack
    return {
        "code": pack.code,
        "name": pack.name,
        "note": pack.note,
        "in_force": one.in_force,
        "questions": one.questions,
        "limits": [
            {
                "clock": limit.clock,
                "kinds": limit.kinds,
                "grades": limit.grades,
                "limit": amount_words(limit.amount, limit.unit),
                "clause": limit.clause,
                "source": limit.source,
                "certainty": limit.certainty,
                "verified_on": limit.verified_on,
            }
            for limit in pack.limits
        ],
    }


def _tallies(found: Mapping[str, Tally]) -> Sequence[Json]:
    return [{"name": name} | asdict(tally) for name, tally in found.items()]


def _tried(one: TriedTicket) -> Json:
    return asdict(one) | {"kind": one.kind.label}


def _preview(found: NoticePreview) -> Json:
    sentences = [asdict(one) | {"verdict_label": one.verdict.label} for one in found.sentences]
    plan = None if found.plan is None else _plan(found.plan)
    return {"sentences": sentences, "plan": plan, "refusal": found.refusal}


def _plan(plan: ImportPlan) -> Json:
    return {
        "year": plan.notice.year,
        "source": plan.source,
        "publishes_year": plan.publishes_year,
        "changes": [asdict(one) for one in plan.changes],
    }


def _recount(recount: Recount) -> Json:
    return {"seen": recount.seen, "moved": recount.moved, "changed": len(recount.changes)}
