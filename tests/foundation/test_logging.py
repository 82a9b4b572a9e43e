import io
import json
import logging
from collections.abc import Iterator

import pytest

from foundation.logging import configure_logging, current_request_id, request_context
from foundation.settings import Settings


@pytest.fixture(autouse=True)
def _root_logger_restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def _logged(log_format: str) -> tuple[io.StringIO, logging.Logger]:
    stream = io.StringIO()
    configure_logging(Settings(log_format=log_format), stream)  # type: ignore[arg-type]  # a literal
    return stream, logging.getLogger("tests.logging")


def test_json_log_masks_personal_data_in_arguments() -> None:
    stream, logger = _logged("json")

    logger.warning("heard: %s", "我的电话是13812345678")

    line = json.loads(stream.getvalue())
    assert line["message"] == "heard: 我的电话是138****5678"
    assert line["level"] == "WARNING"
    assert line["logger"] == "tests.logging"


@pytest.mark.parametrize("log_format", ["json", "plain"])
def test_log_masks_personal_data_in_tracebacks(log_format: str) -> None:
    stream, logger = _logged(log_format)

    try:
        int("13812345678x")
    except ValueError:
        logger.exception("failed")

    assert "138****5678" in stream.getvalue()
    assert "13812345678" not in stream.getvalue()


def test_log_names_the_request_it_belongs_to() -> None:
    stream, logger = _logged("json")

    with request_context("abc"):
        logger.warning("inside")
    logger.warning("outside")

    ids = [json.loads(line)["request_id"] for line in stream.getvalue().splitlines()]
    assert ids == ["abc", "-"]
    assert current_request_id() == "-"


def test_configuring_twice_writes_each_line_once() -> None:
    _logged("json")
    stream, logger = _logged("json")

    logger.warning("once")

    assert len(stream.getvalue().splitlines()) == 1
