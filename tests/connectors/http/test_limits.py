import pytest

from connectors.http.errors import TooManyRequestsError
from connectors.http.limits import SlidingWindow


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_window_lets_pass_again_when_the_oldest_leaves_it() -> None:
    watch = Stopwatch()
    window = SlidingWindow("tests", limit=2, seconds=5.0, monotonic=watch)
    window.check("a")
    watch.seconds += 2
    window.check("a")

    with pytest.raises(TooManyRequestsError) as refused:
        window.check("a")
    assert refused.value.retry_after_seconds == 3.0
    watch.seconds += 3
    window.check("a")


def test_window_lets_pass_again_what_is_given_back() -> None:
    window = SlidingWindow("tests", limit=1, seconds=5.0, monotonic=Stopwatch())

    for _ in range(3):
        window.check("a")
        window.give_back("a")
    window.give_back("never seen")
    window.check("a")
    with pytest.raises(TooManyRequestsError):
        window.check("a")


def test_window_counts_each_key_alone() -> None:
    window = SlidingWindow("tests", limit=1, seconds=5.0, monotonic=Stopwatch())

    window.check("a")
    window.check("b")


def test_window_forgets_keys_that_are_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.http.limits._MAX_KEYS", 2)
    watch = Stopwatch()
    window = SlidingWindow("tests", limit=1, seconds=5.0, monotonic=watch)
    window.check("a")
    window.check("b")
    watch.seconds += 6

    window.check("c")

    assert set(window._passes) == {"c"}
