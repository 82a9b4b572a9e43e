"""What was sealed cannot be changed unseen; every test runs on SQLite and on PostgreSQL."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from foundation.clock import FixedClock
from foundation.database.session import Database
from routing.appeals.assembly import Casework
from routing.tickets.checkpoints import FILE, SealFile
from routing.tickets.models import EventCheckpoint, Ticket
from routing.tickets.sealing import Sealer
from routing.tickets.verifying import read_seals, verify
from tests.casework_fixtures import CITY_MANAGEMENT, Register

INSERTED = (
    "INSERT INTO ticket_events (ticket_id, seq, kind, from_state, to_state, actor, at, data,"
    " previous_mac, mac) SELECT ticket_id, 7, kind, from_state, to_state, actor, at, data,"
    " previous_mac, mac FROM ticket_events WHERE seq = 6 AND ticket_id = TICKET"
)
REMOVED = "已封存的工单及其事件被删除"


@dataclass
class Log:
    """A sealed ticket of six events, and what an intruder may do to its database."""

    database: Database
    clock: FixedClock
    sealer: Sealer
    file: SealFile
    ticket_no: str

    def seal(self) -> int:
        return self.sealer.run_once(at_once=True)

    def faults(self, ticket_no: str | None = None) -> list[tuple[object, int | str, str]]:
        with self.database.reading() as session:
            seals = read_seals(session, self.file, self.clock)
            broken = [("封存点", one.number, one.problem) for one in seals.faults]
            found = verify(session, ticket_no, seals.heads)
            return [*broken, *((one.ticket_no, one.seq, one.problem) for one in found)]

    def change(self, *statements: str) -> None:
        of_ticket = "(SELECT id FROM tickets WHERE ticket_no = :number)"
        with self.database.transaction() as session:
            for one in statements:
                values = {"number": self.ticket_no} if "TICKET" in one else {}
                session.execute(text(one.replace("TICKET", of_ticket)), values)

    def event(self, seq: int) -> tuple[str, str]:
        """State and code of one event."""
        query = text(
            "SELECT e.to_state, e.mac FROM ticket_events e JOIN tickets t ON t.id = e.ticket_id"
            " WHERE t.ticket_no = :number AND e.seq = :seq"
        )
        with self.database.reading() as session:
            state, mac = session.execute(query, {"number": self.ticket_no, "seq": seq}).one()
        return state, mac

    def cut_after(self, seq: int) -> None:
        """Cut the chain off, its recorded end moved back as well: the chain alone is whole."""
        state, mac = self.event(seq)
        self.change(
            f"DELETE FROM ticket_events WHERE seq > {seq} AND ticket_id = TICKET",
            f"UPDATE tickets SET last_seq = {seq}, head_mac = '{mac}', state = '{state}',"
            f" sealed_seq = {seq} WHERE id = TICKET",
        )


@pytest.fixture
def log(
    database: Database, casework: Casework, register: Register, clock: FixedClock, tmp_path: Path
) -> Log:
    number = register().ticket_no
    register()
    with database.transaction() as session:
        casework.tickets.accept(session, number, CITY_MANAGEMENT)
        casework.tickets.reply(session, number, CITY_MANAGEMENT, "已责令撤除占道桌椅。")
    file = SealFile(tmp_path)
    made = Log(database, clock, Sealer(database, clock, file), file, number)
    assert made.seal() == 1
    return made


def test_untouched_log_is_whole_and_sealed_once(log: Log) -> None:
    assert log.faults() == []
    assert log.seal() == 0  # nothing changed since
    assert len(list(log.file.lines())) == 1
    assert log.file.last()[0] == 1


def test_a_cut_chain_that_looks_whole_is_found_by_its_seal(log: Log) -> None:
    log.cut_after(4)
    with log.database.reading() as session:
        assert list(verify(session)) == []  # the chain alone tells nothing
    assert log.faults() == [
        (log.ticket_no, 6, "已封存的事件缺失"),
        (log.ticket_no, 4, "工单的封存进度被改动"),
    ]


def test_a_cut_chain_that_went_on_is_found(
    log: Log, casework: Casework, database: Database
) -> None:
    log.cut_after(4)
    with database.transaction() as session:
        # The hotline works on, its events carry right codes, and the end is sealed again.
        for _ in range(3):
            casework.appeals.contacts(session, log.ticket_no, CITY_MANAGEMENT)
    log.seal()
    assert log.faults() == [(log.ticket_no, 6, "与已封存的内容不符")]


def test_a_removed_ticket_is_found(log: Log) -> None:
    log.change(
        "DELETE FROM ticket_events WHERE ticket_id = TICKET",
        "DELETE FROM assignments WHERE ticket_id = TICKET",
        "DELETE FROM ticket_documents WHERE ticket_id = TICKET",
        "DELETE FROM duplicate_sketches WHERE ticket_id = TICKET",
        "DELETE FROM appeal_tickets WHERE ticket_id = TICKET",
        "DELETE FROM tickets WHERE ticket_no = :number".replace(":number", f"'{log.ticket_no}'"),
    )
    assert log.faults() == [(log.ticket_no, 6, REMOVED)]


@pytest.mark.parametrize(
    ("statements", "faults"),
    [
        (  # changed
            ["UPDATE ticket_events SET actor = 'user:other' WHERE seq = 5 AND ticket_id = TICKET"],
            [(5, "事件内容被改动")],
        ),
        (  # removed
            ["DELETE FROM ticket_events WHERE seq = 6 AND ticket_id = TICKET"],
            [(6, "事件缺失")],
        ),
        (  # inserted, with the code of another
            [
                INSERTED,
            ],
            [(7, "事件内容被改动"), (6, "工单的事件序号被改动")],
        ),
        (  # reordered
            [
                "UPDATE ticket_events SET seq = 99 WHERE seq = 4 AND ticket_id = TICKET",
                "UPDATE ticket_events SET seq = 4 WHERE seq = 5 AND ticket_id = TICKET",
                "UPDATE ticket_events SET seq = 5 WHERE seq = 99 AND ticket_id = TICKET",
            ],
            [(4, "事件内容被改动"), (5, "事件内容被改动"), (6, "与前一事件不衔接")],
        ),
    ],
)
def test_changed_removed_inserted_and_reordered_events_are_named(
    log: Log, statements: list[str], faults: list[tuple[int, str]]
) -> None:
    log.change(*statements)
    assert log.faults() == [(log.ticket_no, seq, problem) for seq, problem in faults]
    assert log.faults(log.ticket_no) == log.faults()


def _more(log: Log, register: Register, count: int) -> None:
    for _ in range(count):
        register()
        log.clock.moment += timedelta(minutes=1)
        log.seal()


def test_a_tampered_checkpoint_is_found_in_the_database(log: Log, register: Register) -> None:
    _more(log, register, 3)
    assert log.faults() == []
    log.change("DELETE FROM event_checkpoints WHERE number = 2")
    assert ("封存点", 2, "数据库中的封存点缺失") in log.faults()
    log.change("DELETE FROM event_checkpoints WHERE number > 1")
    assert [one[:2] for one in log.faults()] == [("封存点", number) for number in (2, 3, 4)]
    log.change("UPDATE event_checkpoints SET mac = previous_mac WHERE number = 1")
    assert ("封存点", 1, "数据库中的封存点被改动") in log.faults()


def test_a_tampered_file_is_found(log: Log, register: Register) -> None:
    _more(log, register, 2)
    path, lines = log.file.path, list(log.file.lines())
    first = json.loads(lines[0])
    first["heads"][0][1] = 3

    path.write_text("\n".join([json.dumps(first), *lines[1:]]) + "\n")
    assert ("封存点", 1, "封存文件中的内容被改动") in log.faults()
    path.write_text("\n".join([lines[0], lines[2]]) + "\n")
    assert ("封存点", 2, "封存文件中缺失") in log.faults()
    path.unlink()
    log.clock.moment += timedelta(hours=1)
    assert ("封存点", 1, "封存文件中没有") in log.faults()


def test_heads_hidden_in_the_database_stay_in_the_file(log: Log, register: Register) -> None:
    _more(log, register, 1)
    log.cut_after(2)
    log.change("DELETE FROM event_checkpoints")
    found = log.faults()
    assert (log.ticket_no, 6, "已封存的事件缺失") in found
    assert [one for one in found if one[0] == "封存点"] == [
        ("封存点", 1, "数据库中的封存点缺失"),
        ("封存点", 2, "数据库中的封存点缺失"),
    ]


def test_a_line_torn_by_a_crash_is_written_again(log: Log, register: Register) -> None:
    whole = log.file.path.read_text()
    register()
    log.seal()
    complete = log.file.path.read_text()
    log.file.path.write_text(complete[: len(whole) + 40])

    log.seal()

    assert log.file.path.read_text() == complete
    assert log.faults() == []


def test_another_machines_file_catches_up(log: Log, register: Register, tmp_path: Path) -> None:
    _more(log, register, 2)
    other = SealFile(tmp_path / "other")
    Sealer(log.database, log.clock, other).run_once()
    assert list(other.lines()) == list(log.file.lines())
    assert other.path == tmp_path / "other" / FILE


def test_within_a_minute_of_another_process_nothing_is_sealed_twice(
    log: Log, register: Register
) -> None:
    register()
    assert log.sealer.run_once() == 0
    log.clock.moment += timedelta(minutes=1)
    assert log.sealer.run_once() == 1


def test_processes_that_seal_at_once_make_one_chain(log: Log, register: Register) -> None:
    for _ in range(6):
        register()
    acts: list[Callable[[], int]] = [log.seal] * 4
    made: list[int] = []
    threads = [threading.Thread(target=lambda act=act: made.append(act())) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    log.seal()
    with log.database.reading() as session:
        numbers = session.scalars(select(EventCheckpoint.number)).all()
        unsealed = select(Ticket.id).where(Ticket.sealed_seq < Ticket.last_seq)
        assert session.scalars(unsealed).all() == []
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert log.faults() == []
