"""Logs for machines and people, with personal data starred and the request they belong to.

Configured once, by the process's edge. Standard output belongs to the machine forms of the
command line, so that logs go to standard error.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

from pythonjsonlogger.json import JsonFormatter

from foundation.settings import Settings
from foundation.text.personal_information import mask

_request_id: ContextVar[str] = ContextVar("request_id", default="-")
# These write one line for every call at INFO; what they say we count ourselves.
_TALKATIVE = (
    "httpx",
    "httpcore",
    "uvicorn.access",
    "watchfiles",
    "websockets",
    "engineio",
    "socketio",
    "jieba",
)


@contextmanager
def request_context(request_id: str) -> Iterator[None]:
    """Name the request that every line logged inside belongs to."""
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)


def current_request_id() -> str:
    """Return the id of the request in hand, ``-`` outside of any."""
    return _request_id.get()


class _RequestIdFilter(logging.Filter):
    """Puts the request's id on every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _request_id.get()
        return True


class PlainFormatter(logging.Formatter):
    """One readable line, personal data starred in the message and in tracebacks."""

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)s %(levelname)-7s %(name)s [%(request_id)s] %(message)s", "%H:%M:%S"
        )

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return mask(super().format(record))


class MaskingJsonFormatter(JsonFormatter):
    """One JSON object a line, personal data starred in every text value."""

    def __init__(self) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(request_id)s %(message)s",
            rename_fields={"levelname": "level", "name": "logger"},
            timestamp="at",
            json_ensure_ascii=False,
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Star the personal data of each value; the time and the level hold none."""
        return {
            key: mask(value) if isinstance(value, str) and key != "at" else value
            for key, value in log_data.items()
        }


def configure_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Make the root logger write to ``stream`` (standard error) in the chosen form; repeatable."""
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.addFilter(_RequestIdFilter())
    handler.setFormatter(
        MaskingJsonFormatter() if settings.log_format == "json" else PlainFormatter()
    )
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(settings.log_level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        # uvicorn brings handlers of its own, which would write unmasked lines.
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    # At DEBUG it writes every WebSocket frame: what citizens say is no log line.
    logging.getLogger("uvicorn.error").setLevel(max(logging.INFO, root.level))
