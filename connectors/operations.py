"""For those who run the service: is it alive, is it ready, what does it count."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from starlette.requests import HTTPConnection

from connectors.assembly import Services
from connectors.http.guards import require_loopback

router = APIRouter(include_in_schema=False)


def services(connection: HTTPConnection) -> Services:
    """Return the parts of this application."""
    found = connection.app.state.services
    assert isinstance(found, Services)
    return found


Parts = Annotated[Services, Depends(services)]


@router.get("/health/live")
async def live() -> dict[str, str]:
    """Answer while the process can answer at all."""
    return {"status": "alive"}


@router.get("/health/ready")
async def ready(parts: Parts) -> JSONResponse:
    """Answer 200 when citizens can be served; each part says how it is."""
    health = await parts.health.look()
    body = {
        "status": "ready" if health.ready else "not_ready",
        "checks": {name: asdict(part) for name, part in health.parts.items()},
    }
    return JSONResponse(body, 200 if health.ready else 503, headers={"Cache-Control": "no-store"})


@router.get("/metrics", dependencies=[Depends(require_loopback)])
async def metrics(parts: Parts) -> Response:
    """Print the counts for Prometheus; to this machine only."""
    return Response(parts.metrics.exposition(), media_type=parts.metrics.content_type)
