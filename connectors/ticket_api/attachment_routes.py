"""Attachments of tickets: listed, added, handed out, blacked out."""

from dataclasses import asdict
from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session
from starlette.requests import Request

from connectors.ticket_api.matrix import reach_of
from connectors.ticket_api.schemas import Json, TicketNo
from connectors.ticket_api.table_routes import TableRoutes
from foundation.access.permissions import Permission
from foundation.access.service import Account
from routing.attachments.inspection import Box
from routing.attachments.models import Attachment
from routing.attachments.service import AttachmentFile
from routing.tickets.listing import TicketReach, require_reach
from routing.tickets.schemas import Actor

Share = Annotated[float, Field(ge=0, le=1)]
FileId = Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]


class BoxBody(BaseModel):
    """A part of an image, in shares of its width and height."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    left: Share
    top: Share
    right: Share
    bottom: Share

    def box(self) -> Box:
        """Return it with its corners in order."""
        (left, right), (top, bottom) = (
            sorted((self.left, self.right)),
            sorted((self.top, self.bottom)),
        )
        return Box(left, top, right, bottom)


class ClearanceBody(BaseModel):
    """What is blacked out; nothing: the dispatcher has seen that it gives nobody away."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    boxes: Annotated[tuple[BoxBody, ...], Field(max_length=50)]


def add_attachments(routes: TableRoutes) -> None:
    """Add the routes."""
    kept, database = routes.api.related.attachments, routes.api.database

    async def attachments(
        account: Annotated[Account, routes.who("attachments")], ticket_no: TicketNo
    ) -> Json:
        found = await database.read(
            lambda session: kept.listed(session, ticket_no, reach_of(account))
        )
        return {"attachments": [asdict(one) for one in found]}

    async def attach(
        account: Annotated[Account, routes.who("attach")],
        request: Request,
        ticket_no: TicketNo,
        number: Annotated[str | None, Query(max_length=32)] = None,
        x_file_name: Annotated[str, Header(max_length=600)] = "附件",
    ) -> Json:
        content = await request.body()
        reach, actor = _adding(account)

        def work(session: Session) -> Attachment:
            require_reach(session, ticket_no, reach)
            return kept.add(session, ticket_no, unquote(x_file_name), content, actor, number)

        added = await database.write(work)
        return {"id": added.id, "name": added.name, "media_type": added.media_type}

    async def attachment(
        account: Annotated[Account, routes.who("attachment")],
        ticket_no: TicketNo,
        attachment_id: FileId,
    ) -> Response:
        def load(session: Session) -> AttachmentFile:
            found = kept.read(session, ticket_no, attachment_id, reach_of(account))
            about = f"{ticket_no} {attachment_id}"
            routes.api.access.record(session, account.id, "attachment.read", about)
            return found

        return _download(await database.write(load))

    routes.add(attachments, attach, attachment)
    _deciding(routes)


def _deciding(routes: TableRoutes) -> None:
    kept, database = routes.api.related.attachments, routes.api.database

    async def clear_attachment(
        account: Annotated[Account, routes.who("clear_attachment")],
        ticket_no: TicketNo,
        attachment_id: FileId,
        body: ClearanceBody,
    ) -> Json:
        boxes = [one.box() for one in body.boxes]
        await database.write(
            lambda session: kept.clear(session, ticket_no, attachment_id, boxes, Actor(account.ref))
        )
        return {"id": attachment_id, "cleared": True}

    async def withhold_attachment(
        account: Annotated[Account, routes.who("withhold_attachment")],
        ticket_no: TicketNo,
        attachment_id: FileId,
    ) -> Json:
        await database.write(
            lambda session: kept.withhold(session, ticket_no, attachment_id, Actor(account.ref))
        )
        return {"id": attachment_id, "withheld": True}

    routes.add(clear_attachment, withhold_attachment)


def _adding(account: Account) -> tuple[TicketReach, Actor]:
    """Return where the account may add files, and as whom: the hotline first."""
    if account.may(Permission.TICKET_DISPATCH):
        return TicketReach(everything=True), Actor(account.ref)
    department = account.department_code
    return TicketReach(department=department), Actor(account.ref, department)


def _download(file: AttachmentFile) -> Response:
    """Return a file that a browser saves and never runs."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "no-store",
    }
    return Response(file.content, media_type=file.media_type, headers=headers)
