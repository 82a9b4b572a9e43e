"""Garbage collection put off at the start and resumed once the service answers."""

import gc
from collections.abc import Iterator

import pytest

from connectors.collection import postpone_collection, resume_collection


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave the interpreter as it was found."""
    enabled = gc.isenabled()
    gc.enable()
    yield
    gc.unfreeze()
    if not enabled:
        gc.disable()


class Ring:
    """Refers to itself: only the collection takes it away."""

    left = 0

    def __init__(self) -> None:
        self.itself = self
        Ring.left += 1

    def __del__(self) -> None:
        Ring.left -= 1


def test_nothing_is_collected_until_the_start_is_over() -> None:
    gc.collect()
    before = Ring.left
    postpone_collection()

    for _ in range(5_000):  # several times what starts a collection
        Ring()
    assert Ring.left == before + 5_000

    resume_collection()
    gc.unfreeze()
    gc.collect()
    assert Ring.left == before


def test_what_the_start_made_is_left_out_of_later_collections() -> None:
    postpone_collection()
    made = [Ring()]

    resume_collection()

    assert gc.isenabled()
    assert gc.get_freeze_count() > 0
    assert not any(one is made for one in gc.get_objects())
    new = [Ring()]
    assert any(one is new for one in gc.get_objects())


def test_resuming_what_was_not_put_off_changes_nothing() -> None:
    frozen = gc.get_freeze_count()

    resume_collection()

    assert (gc.isenabled(), gc.get_freeze_count()) == (True, frozen)
