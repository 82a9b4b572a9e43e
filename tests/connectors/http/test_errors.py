"""What the edge makes of errors that no refusal of the service explains."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from fastapi import FastAPI, Request

from connectors.http.errors import install_error_handlers


def test_caller_that_goes_away_in_mid_request_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()
    install_error_handlers(app)

    @app.post("/read")
    async def read(request: Request) -> int:
        return len(await request.body())

    received = iter(
        [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> MutableMapping[str, Any]:
        return next(received)

    async def send(_message: MutableMapping[str, Any]) -> None:
        return None

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/read",
        "root_path": "",
        "headers": [],
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "http",
        "app": app,
    }
    with caplog.at_level("INFO"):
        asyncio.run(app(scope, receive, send))  # raised, the server would log it as an error

    assert [each.levelname for each in caplog.records if "went away" in each.message] == ["INFO"]
