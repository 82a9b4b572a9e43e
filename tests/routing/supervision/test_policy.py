"""The city's rules of supervision: checked whole, and obeyed."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml

from foundation.clock import SHANGHAI, FixedClock
from foundation.database.session import Database
from routing.appeals.assembly import build_casework
from routing.deadlines.calendar import shipped_calendar
from routing.deadlines.rule_packs import load_rule_pack
from routing.deadlines.service import DeadlineService
from routing.schemas import AppealKind
from routing.supervision.models import SupervisionCard
from routing.supervision.policy import SHIPPED, SupervisionPolicyError, load_policy
from routing.supervision.tick import SupervisionTick
from tests.casework_fixtures import APPEAL, CITY_MANAGEMENT, DEPARTMENTS, DISPATCHER, PROPOSAL
from tests.routing.supervision.conftest import Office

MORNING = datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI)


def _changed(folder: Path, **changed: object) -> Path:
    path = folder / "ours.yml"
    rules = yaml.safe_load(SHIPPED.read_text("utf-8")) | changed
    path.write_text(yaml.safe_dump(rules, allow_unicode=True), "utf-8")
    return path


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"yellow": {"share_left": 1.5, "working_days": 1}}, "yellow.share_left"),
        ({"escalation": [{"at": "yellow", "tell": ["mayor"]}]}, "escalation.0.tell.0"),
        ({"escalation": [{"at": "red", "tell": []}]}, "escalation.0.tell"),
        ({"escalation": [{"at": "yellow", "tell": ["lead"], "hours_before": 2}]}, "escalation.0"),
        ({"escalation": [{"at": "red", "tell": ["lead"]}] * 2}, "same moment"),
        ({"reminder_answer_working_days": 0}, "reminder_answer_working_days"),
        ({"blue": 1}, "blue"),
    ],
)
def test_a_fault_is_named_and_nothing_starts(
    tmp_path: Path, changed: dict[str, object], named: str
) -> None:
    with pytest.raises(SupervisionPolicyError, match=named.replace(".", r"\.")):
        load_policy(_changed(tmp_path, **changed))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SupervisionPolicyError, match=r"none\.yml"):
        load_policy(tmp_path / "none.yml")


def _office(database: Database, clock: FixedClock, pack: str, path: Path | None = None) -> Office:
    deadlines = DeadlineService(shipped_calendar(), load_rule_pack(pack), clock)
    casework = build_casework(clock, deadlines, DEPARTMENTS, policy=load_policy(path))

    def register(kind: AppealKind = AppealKind.COMPLAINT, lead: str | None = "CG") -> object:
        new = replace(APPEAL, idempotency_key=f"{kind}{lead}", kind=kind)
        proposal = replace(PROPOSAL, lead=lead, needs_dispatcher=lead is None)
        with database.transaction() as session:
            due = deadlines.resolve_due(kind)
            return casework.appeals.register(session, new, proposal, due)

    tick = SupervisionTick(database, clock, casework.supervision.booking)
    return Office(database, casework, clock, tick, register)  # type: ignore[arg-type]  # fewer fields


def test_the_city_says_when_yellow_is_shown_and_who_is_told(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    path = _changed(
        tmp_path,
        yellow={"share_left": 0, "working_days": 3},
        escalation=[{"at": "yellow", "tell": ["supervisor"]}],
        automatic_orders={"on_reopened": False, "on_dispatch": 2},
    )
    office = _office(database, clock, "guangdong_2022", path)
    number = office.register().ticket_no
    due = office.ticket(number).resolve_due_at
    assert due == datetime(2026, 12, 14, 23, 59, 59, tzinfo=SHANGHAI)
    office.tick.run_once()
    # Three working days before: Friday, Thursday, Wednesday's end.
    assert office.ticket(number).next_supervision_at == due - timedelta(days=5)
    clock.moment = due - timedelta(days=5)
    office.tick.run_once()
    assert office.told() == [("yellow_card_issued", ["supervisor"], "CG")]


def test_time_for_acceptance_has_cards_of_its_own(database: Database, clock: FixedClock) -> None:
    office = _office(database, clock, "tianjin_2025")
    number = office.register().ticket_no
    with database.reading() as session:
        assert session.query(SupervisionCard).count() == 0
    clock.moment = MORNING + timedelta(days=2)
    office.tick.run_once()
    shown = [(one.clock, one.colour, one.department_code) for one in office.rows(SupervisionCard)]
    assert shown == [("accept", "red", "CG")]
    office.do(lambda s: office.casework.tickets.accept(s, number, CITY_MANAGEMENT))
    assert office.cards() == [("red", "closed", "CG", "met")]


def test_time_for_dispatch_is_the_hotlines_own(database: Database, clock: FixedClock) -> None:
    office = _office(database, clock, "beijing_db11_2021_2022")
    number = office.register(lead=None).ticket_no
    clock.moment = MORNING + timedelta(days=1, seconds=1)
    office.tick.run_once()
    (card,) = [one for one in office.rows(SupervisionCard) if one.clock == "dispatch"]
    assert (card.colour, card.department_code) == ("red", None)
    assert ("red_card_issued", ["dispatcher"], None) in office.told()
    office.do(lambda s: office.casework.tickets.dispatch(s, number, "CG", DISPATCHER))
    office.tick.run_once()
    (card,) = [one for one in office.rows(SupervisionCard) if one.clock == "dispatch"]
    assert (card.state, card.close_reason) == ("closed", "met")
