"""Wrong tries at a progress query, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from foundation.clock import FixedClock
from foundation.database.session import Database
from routing.appeals.assembly import Casework
from routing.appeals.errors import ProgressLockedError, ProgressNotFoundError
from routing.appeals.models import ProgressTries
from routing.appeals.numbering import plain_code, plain_number
from routing.appeals.progress_lock import LOCKED_FOR, WRONG_TRIES
from routing.appeals.schemas import ProgressView
from routing.schemas import AppealKind
from tests.casework_fixtures import Register


class Desk:
    """Asks as an edge would: one transaction a try."""

    def __init__(self, database: Database, casework: Casework) -> None:
        self._database = database
        self._casework = casework

    def ask(self, number: str, code: str, client: str = "ip:192.0.2.1") -> ProgressView:
        with self._database.transaction() as session:
            return self._casework.appeals.progress(session, number, code, client)

    def fail(self, number: str, client: str, times: int = WRONG_TRIES) -> None:
        for _ in range(times):
            with pytest.raises(ProgressNotFoundError):
                self.ask(number, "WRONG2", client)


@pytest.fixture
def desk(database: Database, casework: Casework) -> Desk:
    return Desk(database, casework)


def test_code_and_number_may_be_typed_in_any_form(desk: Desk, register: Register) -> None:
    registered = register()
    typed = f" {registered.query_code.lower()[:3]} {registered.query_code[3:]}"
    assert desk.ask(registered.number.replace("-", "－"), typed).number == registered.number
    assert desk.ask(registered.ticket_no, registered.query_code).number == registered.number


def test_last_four_digits_open_an_ordinary_appeal_only(desk: Desk, register: Register) -> None:
    assert desk.ask(register().number, "5678").confidential is False
    secret = register(kind=AppealKind.IRREGULARITY_REPORT)
    with pytest.raises(ProgressNotFoundError):
        desk.ask(secret.number, "5678")
    assert desk.ask(secret.number, secret.query_code).confidential is True
    unreachable = register(phone=None)
    for guess in ("", "----", "------"):
        with pytest.raises(ProgressNotFoundError):
            desk.ask(unreachable.number, guess, client=f"ip:{guess}")


def test_wrong_number_and_wrong_code_get_the_same_words(desk: Desk, register: Register) -> None:
    number = register().number
    refusals = []
    for asked in (number, "20200101-000001", "", "x" * 5_000, "\x00"):
        with pytest.raises(ProgressNotFoundError) as refused:
            desk.ask(asked, "WRONG2", client=f"ip:{len(refusals)}")
        refusals.append((str(refused.value), refused.value.user_message))
    assert len(set(refusals)) == 1


def test_five_wrong_tries_lock_the_number_for_everyone(desk: Desk, register: Register) -> None:
    registered = register()
    for n in range(WRONG_TRIES):
        desk.fail(registered.number, f"ip:{n}", times=1)
    with pytest.raises(ProgressLockedError) as refused:
        desk.ask(registered.number, registered.query_code, "ip:another")
    assert refused.value.status_code == 429


def test_five_wrong_tries_lock_the_address_for_every_number(desk: Desk, register: Register) -> None:
    registered = register()
    for n in range(WRONG_TRIES):
        desk.fail(f"20200101-00000{n}", "ip:bad", times=1)
    with pytest.raises(ProgressLockedError):
        desk.ask(registered.number, registered.query_code, "ip:bad")
    assert desk.ask(registered.number, registered.query_code, "ip:good").number


def test_a_number_that_does_not_exist_locks_alike(desk: Desk) -> None:
    for n in range(WRONG_TRIES):
        desk.fail("20200101-000001", f"ip:{n}", times=1)
    with pytest.raises(ProgressLockedError):
        desk.ask("20200101-000001", "WRONG2", "ip:another")


def test_the_lock_ends_after_fifteen_minutes(
    desk: Desk, register: Register, clock: FixedClock
) -> None:
    registered = register()
    desk.fail(registered.number, "ip:192.0.2.1")
    clock.moment += LOCKED_FOR - timedelta(seconds=1)
    with pytest.raises(ProgressLockedError):
        desk.ask(registered.number, registered.query_code)
    clock.moment += timedelta(seconds=1)
    assert desk.ask(registered.number, registered.query_code).number == registered.number


def test_knowing_one_code_does_not_wash_an_address_clean(desk: Desk, register: Register) -> None:
    own, other = register(), register()
    desk.fail(other.number, "ip:192.0.2.1", WRONG_TRIES - 1)
    desk.ask(own.number, own.query_code)
    desk.fail(other.number, "ip:192.0.2.1", 1)
    with pytest.raises(ProgressLockedError):
        desk.ask(own.number, own.query_code)


def test_old_tries_are_forgotten_and_standing_locks_kept(
    desk: Desk, database: Database, casework: Casework, register: Register, clock: FixedClock
) -> None:
    old, locked = register(), register()
    desk.fail(old.number, "ip:old", times=1)
    clock.moment += LOCKED_FOR
    desk.fail(locked.number, "ip:new")
    clock.moment += timedelta(minutes=1)
    with database.transaction() as session:
        casework.appeals.forget_old_tries(session)
    with database.reading() as session:
        assert len(session.scalars(select(ProgressTries)).all()) == 2
    with pytest.raises(ProgressLockedError):
        desk.ask(locked.number, locked.query_code)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("20261122-000123", "20261122-000123"),
        ("２０２６１１２２－０００１２３", "20261122-000123"),
        (" 20261122 000123-1 ", "20261122-000123"),
        ("abc", "-"),
    ],
)
def test_plain_number_reads_what_people_type(typed: str, number: str) -> None:
    assert plain_number(typed) == number


def test_plain_code_is_upper_case_and_half_width() -> None:
    assert plain_code(" ａc3 4de ") == "AC34DE"
