"""What a citizen does to an appeal later on: withdraws it, adds words or photographs.

Number and query code open it, as they open its progress; they stand in the body or in headers,
never in an address.
"""

from typing import Annotated
from urllib.parse import unquote

import anyio.to_thread
from fastapi import APIRouter, Header
from pydantic import StringConstraints
from starlette.requests import Request

from connectors.http.guards import client_address
from connectors.http.limits import SlidingWindow
from connectors.web_chat.endpoints import Chat
from connectors.web_chat.schemas import ProgressQuestion, ServerFrame, WellFormed
from connectors.web_chat.web_chat import client_key
from foundation.database.session import Database
from routing.appeals.citizen_acts import CitizenActs
from routing.attachments.inspection import inspected

PHOTOS = "/api/progress/photos"
# Every picture is decoded and written anew: dear, so seldom.
_LIMIT, _SECONDS = 12, 60.0
_Number = Annotated[str, Header(max_length=360)]
_Code = Annotated[str, Header(max_length=180)]


class AddedWords(ProgressQuestion):
    """What is added to an appeal."""

    text: Annotated[str, StringConstraints(max_length=2000), WellFormed]


def router(database: Database, acts: CitizenActs) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()
    photos = SlidingWindow("photos of appeals", _LIMIT, _SECONDS)

    @routes.post("/api/progress/withdraw")
    async def withdraw(request: Request, chat: Chat, question: ProgressQuestion) -> ServerFrame:
        """Take the appeal back; what other citizens asked for goes on."""
        key = _counted(chat, request)
        number = await database.write(
            lambda s: acts.withdraw(s, question.number, question.code, key)
        )
        return {"number": number, "withdrawn": True}

    @routes.post("/api/progress/words")
    async def add_words(request: Request, chat: Chat, added: AddedWords) -> ServerFrame:
        """Add words to the appeal."""
        key = _counted(chat, request)
        number = await database.write(
            lambda s: acts.add_words(s, added.number, added.code, key, added.text)
        )
        return {"number": number, "added": True}

    @routes.post(PHOTOS, status_code=201)
    async def add_photo(
        request: Request,
        chat: Chat,
        x_appeal_number: _Number,
        x_query_code: _Code,
        x_file_name: Annotated[str, Header(max_length=600)] = "照片",
    ) -> ServerFrame:
        """Add one photograph; the body is the file."""
        key = _counted(chat, request)
        photos.check(key)
        # Full-width digits and letters come as people type them: percent-encoded, as the name is.
        asked = (unquote(x_appeal_number), unquote(x_query_code), key)
        await database.write(lambda s: acts.may_add(s, *asked))
        # Only for who knows the code, and while no transaction is open.
        kept = await anyio.to_thread.run_sync(inspected, await request.body())
        name = unquote(x_file_name)
        return await database.write(
            lambda s: {
                "name": acts.add_photo(s, *asked, name, kept).name,
                "size": len(kept.content),
            }
        )

    return routes


def _counted(chat: Chat, request: Request) -> str:
    """Count the question, and return what stands for its address where wrong tries are counted."""
    address = client_address(request)
    chat.progress_questions.check(address)
    return client_key(address)
