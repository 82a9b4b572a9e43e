"""The machine forms: one JSON object a line from standard input to standard output."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from foundation.errors import HotlineError

JsonObject = dict[str, Any]


class _LineError(ValueError):
    """A line is not the JSON object it should be."""


@contextmanager
def json_only_output() -> Iterator[TextIO]:
    """Yield the real standard output; until the end everything else printed goes to standard error.

    The file descriptor itself is redirected, so that native libraries are silenced too.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(os.dup(kept), "w", encoding="utf-8") as output:
            yield output
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def answer_lines(
    lines: Iterable[str], handle: Callable[[JsonObject], JsonObject], output: TextIO
) -> None:
    """Write ``handle(line)`` for each line, in order; a bad line becomes ``{"id", "error"}``."""
    for line in lines:
        if not line.strip():
            continue
        identifier: object = None
        try:
            given = _parse(line)
            identifier = given.get("id")
            result = handle(given)
        except (HotlineError, ValueError) as error:
            result = {"id": identifier, "error": str(error)}
        output.write(json.dumps(result, ensure_ascii=False) + "\n")
        output.flush()


def _parse(line: str) -> JsonObject:
    try:
        given = json.loads(line)
    except ValueError as error:
        raise _LineError(f"not JSON: {error}") from error
    if not isinstance(given, dict):
        raise _LineError("not a JSON object")
    return given
