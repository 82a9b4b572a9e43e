"""Errors of the HTTP edge, and how every error becomes an answer.

HotlineError
├── TooManyRequestsError     429, says when to try again
├── OriginRefusedError       403, another site's page asks in the citizen's name
└── LoopbackOnlyError        404, the address is for this machine alone
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import FileResponse, JSONResponse, Response

from foundation.errors import HotlineError, MalformedInputError, NotFoundError
from routing.reply_gate.errors import ReplyRefusedError

logger = logging.getLogger(__name__)

_PAGES = Path(__file__).resolve().parent.parent / "ui" / "pages"
_MESSAGES: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "没能读懂这次请求，请刷新页面后再试。",
    HTTPStatus.NOT_FOUND: "没有找到这个页面或内容，请核对地址。",
    HTTPStatus.METHOD_NOT_ALLOWED: "这个地址不支持这样的操作。",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "内容太长了，请分成几条发送。",
}


class TooManyRequestsError(HotlineError):
    """Too many in a short time; nothing of the refused request is kept."""

    status_code = HTTPStatus.TOO_MANY_REQUESTS
    user_message = "您发得有点快，请稍等几秒再发。"

    def __init__(self, what: str, retry_after_seconds: float) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(f"rate limit: {what}, retry after {retry_after_seconds:.1f} s")


class OriginRefusedError(HotlineError):
    """The page that asks is not ours."""

    status_code = HTTPStatus.FORBIDDEN
    user_message = "请从本网站的页面进行操作。"


class LoopbackOnlyError(NotFoundError):
    """Not for the outside; answered as if it were not there."""

    user_message = _MESSAGES[HTTPStatus.NOT_FOUND]


def install_error_handlers(app: FastAPI) -> None:
    """Turn every error into its status and ``{"message": …}``, a sentence people can read."""

    @app.exception_handler(HotlineError)
    async def refused(_request: Request, error: HotlineError) -> Response:
        if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.error("request failed: %s", error, exc_info=error)
        else:
            logger.info("refused: %s", error)
        return as_response(error)

    @app.exception_handler(RequestValidationError)
    async def malformed(_request: Request, error: RequestValidationError) -> Response:
        # What was sent is not logged: it may hold anything.
        logger.info("malformed request: %s", [fault["loc"] for fault in error.errors()])
        return _sentence(HTTPStatus.UNPROCESSABLE_ENTITY, MalformedInputError.user_message)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        if error.status_code == HTTPStatus.NOT_FOUND and _is_navigation(request):
            return FileResponse(_PAGES / "not_found.html", status_code=HTTPStatus.NOT_FOUND)
        message = _MESSAGES.get(error.status_code, HotlineError.user_message)
        return _sentence(error.status_code, message, error.headers)

    @app.exception_handler(ClientDisconnect)
    async def gone(_request: Request, _error: ClientDisconnect) -> Response:
        # Nobody hears the answer: a caller that gave up in mid-request is no fault of the service.
        logger.info("caller went away before the request was whole")
        return Response(status_code=HTTPStatus.BAD_REQUEST)

    @app.exception_handler(Exception)
    async def broken(_request: Request, _error: Exception) -> Response:
        # Starlette raises the error again after this answer, and the server logs it.
        return _sentence(HTTPStatus.INTERNAL_SERVER_ERROR, HotlineError.user_message)


def as_response(error: HotlineError) -> JSONResponse:
    """Return the answer that an expected refusal gives."""
    if isinstance(error, TooManyRequestsError):
        seconds = error.retry_after_seconds
        return JSONResponse(
            {"message": error.user_message, "retry_after_seconds": round(seconds, 1)},
            error.status_code,
            headers={"Retry-After": str(max(1, round(seconds)))},
        )
    if isinstance(error, ReplyRefusedError):
        found = [
            {"rule": one.rule, "excerpt": one.excerpt, "reason": one.reason}
            for one in error.findings
        ]
        return JSONResponse({"message": error.user_message, "findings": found}, error.status_code)
    return _sentence(error.status_code, error.user_message)


def _sentence(status: int, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"message": message}, status, headers=headers)


def _is_navigation(request: Request) -> bool:
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")
