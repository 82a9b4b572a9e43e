"""What is counted and timed, in one registry that ``/metrics`` prints for Prometheus."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

# A good turn takes some 0.1 s, WeChat gives up at 5 s: the buckets lie between.
_TURN_BUCKETS = (0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.8, 1.5, 3.0, 5.0, 10.0)
_RETRIEVAL_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0)
_REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """The process's instruments; labels come from small fixed sets, never from what people say."""

    content_type = "text/plain; version=0.0.4; charset=utf-8"

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._requests = Counter(
            "hotline_http_requests",
            "HTTP requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._request_seconds = Histogram(
            "hotline_http_request_seconds",
            "Time from the request's first byte to the answer's last.",
            ("route",),
            buckets=_REQUEST_BUCKETS,
            registry=self.registry,
        )
        self._turn_seconds = Histogram(
            "hotline_turn_seconds",
            "Time of one citizen's turn, by the path it took.",
            ("channel", "path"),
            buckets=_TURN_BUCKETS,
            registry=self.registry,
        )
        self._degraded = Counter(
            "hotline_degraded_turns",
            "Turns answered without Rasa, by reason.",
            ("reason",),
            registry=self.registry,
        )
        self._retrieval_seconds = Histogram(
            "hotline_retrieval_seconds",
            "Time of understanding, retrieval and decision.",
            buckets=_RETRIEVAL_BUCKETS,
            registry=self.registry,
        )
        self.open_sockets = Gauge(
            "hotline_open_sockets", "Citizens' chats connected now.", registry=self.registry
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one HTTP request; ``route`` is the route's template, not the path."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def turn(self, channel: str, seconds: float, degraded: str | None) -> None:
        """Time one turn; ``degraded`` is the reason why Rasa had no part, or ``None``."""
        path: Literal["rasa", "degraded"] = "rasa" if degraded is None else "degraded"
        self._turn_seconds.labels(channel, path).observe(seconds)
        if degraded is not None:
            self._degraded.labels(degraded).inc()

    @contextmanager
    def retrieval(self) -> Iterator[None]:
        """Time one retrieval, also one that fails."""
        started = perf_counter()
        try:
            yield
        finally:
            self._retrieval_seconds.observe(perf_counter() - started)

    def exposition(self) -> bytes:
        """Return everything in Prometheus' text form."""
        return generate_latest(self.registry)
