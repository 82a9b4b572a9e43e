import pytest

from tests.casework_fixtures import Register


@pytest.fixture
def ticket_no(register: Register) -> str:
    """Return a complaint registered on Monday, 23 November 2026; due on Monday, 14 December."""
    return register().ticket_no
