"""Saved filters and export; the list itself is in ``endpoints``."""

from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from connectors.ticket_api.matrix import reach_of
from connectors.ticket_api.schemas import Json
from connectors.ticket_api.table_routes import TableRoutes, TicketApi
from connectors.web_chat.schemas import WellFormed
from foundation.access.service import Account
from routing.finding.export import SheetFormat, sheet
from routing.finding.schemas import KeptFilter, TicketQuery
from routing.tickets.listing import LONGEST_PAGE, PAGE, TicketRow

FilterName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), WellFormed
]


class SavedQuery(TicketQuery):
    """What is wanted, or the number of a saved filter; what is said beside it wins."""

    saved: Annotated[int, Field(ge=1)] | None = None


class ListQuery(SavedQuery):
    """One page."""

    after: Annotated[str, StringConstraints(max_length=32)] | None = None
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE)] = PAGE


class ExportQuery(SavedQuery):
    """The whole of it as a sheet."""

    format: SheetFormat = SheetFormat.XLSX


class FilterBody(BaseModel):
    """A filter to be kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: FilterName
    query: TicketQuery


def query_of(session: Session, api: TicketApi, account: Account, wanted: SavedQuery) -> TicketQuery:
    """Return what is wanted, a saved filter laid under it; raises ``SavedFilterNotFoundError``."""
    said = {
        name: value
        for name in TicketQuery.model_fields
        if name in wanted.model_fields_set and (value := getattr(wanted, name)) is not None
    }
    if wanted.saved is None:
        return TicketQuery.model_validate(said)
    kept = api.related.finding.one_kept(session, account.id, wanted.saved)
    return kept.query.model_copy(update=said)


def add_finding(routes: TableRoutes) -> None:
    """Add the routes."""
    finding, database = routes.api.related.finding, routes.api.database

    async def export(
        account: Annotated[Account, routes.who("export")],
        wanted: Annotated[ExportQuery, Query()],
    ) -> Response:
        def load(session: Session) -> list[TicketRow]:
            query = query_of(session, routes.api, account, wanted)
            rows = finding.export_rows(session, reach_of(account), query)
            # How many and of what kind; what was looked for may itself be somebody's data.
            about = f"{wanted.format.value}:{len(rows)}"
            routes.api.access.record(session, account.id, "ticket.export", about)
            return rows

        rows = await database.write(load)
        content = sheet(rows, wanted.format, routes.api.department_names)
        disposition = f'attachment; filename="tickets.{wanted.format.value}"'
        return Response(
            content,
            media_type=wanted.format.media_type,
            headers={"Content-Disposition": disposition},
        )

    async def filters(account: Annotated[Account, routes.who("filters")]) -> Json:
        kept = await database.read(lambda session: finding.kept(session, account.id))
        return {"filters": [_json(one) for one in kept]}

    async def keep_filter(
        account: Annotated[Account, routes.who("keep_filter")], body: FilterBody
    ) -> Json:
        kept = await database.write(
            lambda session: finding.keep(session, account.id, body.name, body.query)
        )
        return _json(kept)

    async def drop_filter(
        account: Annotated[Account, routes.who("drop_filter")], filter_id: int
    ) -> Json:
        await database.write(lambda session: finding.drop(session, account.id, filter_id))
        return {"filters": filter_id}

    routes.add(export, filters, keep_filter, drop_filter)


def _json(kept: KeptFilter) -> Json:
    query = kept.query.model_dump(mode="json", exclude_defaults=True)
    return {"id": kept.id, "name": kept.name, "query": query}
