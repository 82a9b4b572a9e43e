"""The citizens' pages and their files: plain files, no template, no build."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_HERE = Path(__file__).resolve().parent
# Revalidated each time (by ETag): a new version is there with the next load.
_CACHE = {"Cache-Control": "no-cache"}


class _RevalidatedFiles(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file, to be asked for again by its ETag."""
        response = await super().get_response(path, scope)
        response.headers.update(_CACHE)
        return response


def mount_citizen_pages(app: FastAPI) -> None:
    """Serve ``/``, ``/progress`` and ``/static``."""

    @app.get("/", include_in_schema=False)
    async def chat_page() -> FileResponse:
        return FileResponse(_HERE / "pages" / "chat.html", headers=_CACHE)

    @app.get("/progress", include_in_schema=False)
    async def progress_page() -> FileResponse:
        return FileResponse(_HERE / "pages" / "progress.html", headers=_CACHE)

    @app.get("/static/tokens.css", include_in_schema=False)
    async def tokens() -> FileResponse:
        return FileResponse(_HERE / "tokens.css", headers=_CACHE)

    app.mount("/static", _RevalidatedFiles(directory=_HERE / "static"), name="static")
