"""Photographs in the web chat, while an appeal is being taken down."""

from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Header
from pydantic import StringConstraints
from starlette.requests import Request

from connectors.http.limits import SlidingWindow
from connectors.web_chat.endpoints import Chat, Session
from connectors.web_chat.errors import NoDraftError
from foundation.database.session import Database
from routing.attachments.models import StagedFile
from routing.attachments.staging import Staging

PHOTOS = "/api/chat/photos"
# Every picture is decoded and written anew: dear, so seldom.
_LIMIT, _SECONDS = 12, 60.0
FileId = Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]


def router(database: Database, staging: Staging) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()
    limit = SlidingWindow("chat photos", _LIMIT, _SECONDS)

    @routes.post(PHOTOS, status_code=201)
    async def add_photo(
        request: Request,
        chat: Chat,
        session: Session,
        x_file_name: Annotated[str, Header(max_length=600)] = "照片",
    ) -> dict[str, Any]:
        """Keep one photograph; the body is the file."""
        limit.check(session.key)
        if await chat.conversations.draft(session.conversation_id) is None:
            raise NoDraftError("no draft to add a photograph to")
        content = await request.body()
        return await database.write(
            lambda s: _json(staging.keep(s, session.conversation_id, unquote(x_file_name), content))
        )

    @routes.get(PHOTOS)
    async def photos(session: Session) -> dict[str, Any]:
        """Return what waits for the appeal."""
        return await database.read(
            lambda s: {
                "photos": [_json(one) for one in staging.waiting(s, session.conversation_id)]
            }
        )

    @routes.delete(PHOTOS + "/{file_id}", status_code=204)
    async def drop_photo(session: Session, file_id: FileId) -> None:
        """Take one back."""
        await database.write(lambda s: staging.drop(s, session.conversation_id, file_id))

    return routes


def _json(staged: StagedFile) -> dict[str, Any]:
    return {"id": staged.id, "name": staged.name, "size": staged.size}
