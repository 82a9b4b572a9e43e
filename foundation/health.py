"""Is the process alive, and may it be sent work? Named checks, each with its own word."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from time import perf_counter

import anyio

logger = logging.getLogger(__name__)

_CHECK_TIMEOUT_SECONDS = 2.0


class PartState(StrEnum):
    """How one part is doing."""

    OK = "ok"
    STARTING = "starting"
    PARTIAL = "partial"  # works, with less than everything (lexical retrieval only)
    OFF = "off"  # switched off by setting
    AWAY = "away"


_WORKING = frozenset({PartState.OK, PartState.PARTIAL, PartState.OFF})
Check = Callable[[], Awaitable[PartState]]


@dataclass(frozen=True, slots=True)
class PartHealth:
    """One check's result; only a ``required`` part keeps the process from being ready."""

    state: PartState
    required: bool
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class Health:
    """All results of one look."""

    ready: bool
    parts: dict[str, PartHealth]


class HealthChecks:
    """The checks of one process, run one after the other when somebody asks."""

    def __init__(self) -> None:
        self._checks: dict[str, tuple[Check, bool]] = {}

    def add(self, name: str, check: Check, *, required: bool) -> None:
        """Register ``check``; an optional part is told of but never makes the process unready."""
        if name in self._checks:
            raise ValueError(f"health check {name} is registered twice")
        self._checks[name] = (check, required)

    async def look(self) -> Health:
        """Run every check, each for at most two seconds."""
        parts = {
            name: await _run(name, check, required=required)
            for name, (check, required) in self._checks.items()
        }
        ready = all(part.state in _WORKING for part in parts.values() if part.required)
        return Health(ready=ready, parts=parts)


async def _run(name: str, check: Check, *, required: bool) -> PartHealth:
    started = perf_counter()
    state = PartState.AWAY
    try:
        with anyio.fail_after(_CHECK_TIMEOUT_SECONDS):
            state = await check()
    except Exception:  # whatever the part raises, the answer is that it is away
        logger.warning("health check failed: part=%s", name, exc_info=True)
    elapsed_ms = round((perf_counter() - started) * 1000, 1)
    return PartHealth(state=state, required=required, elapsed_ms=elapsed_ms)
