"""What supervisors publish, counted by hand; and weekly reports that do not change."""

import csv
import io
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from foundation.clock import SHANGHAI
from routing.follow_ups.schemas import FollowUpResult
from routing.follow_ups.service import FollowUpService
from routing.follow_ups.states import FollowUpOutcome, Satisfaction
from routing.schemas import AppealKind, Category
from routing.supervision.errors import WeekNotFoundError
from routing.supervision.figures import (
    LABELS,
    Dimension,
    Figures,
    Period,
    by,
    figures_of,
    total,
)
from routing.supervision.models import SupervisionWeek
from routing.supervision.policy import load_policy
from routing.supervision.report_files import report_csv, report_html, report_xlsx
from routing.supervision.weekly import Week, WeeklyReports, colour_of
from routing.tickets.models import Ticket
from routing.tickets.schemas import Actor
from tests.casework_fixtures import (
    CITY_MANAGEMENT,
    DEPARTMENTS,
    DISPATCHER,
    MONDAY,
    POLICE,
    PROPOSAL,
    READING,
    department,
)
from tests.routing.supervision.conftest import Office

SUPERVISOR = Actor("user:supervisor")
WEEK = Week.of(MONDAY)
BASIS = "权责清单：市容管理"
HANDLED = "占道烧烤店已撤除桌椅，油烟已处罚。"
SECOND = timedelta(seconds=1)


def _busy_week(office: Office) -> list[str]:
    """Five tickets of one Monday, due on Wednesday; it is Sunday evening afterwards."""
    work, follow_ups = office.casework, FollowUpService(office.clock, office.casework.tickets)
    roads = replace(READING, category=Category("C02", "交通", "道路", "路面"), district="清江区")
    proposal = replace(PROPOSAL, reading=roads)
    numbers = [office.register(kind=AppealKind.INQUIRY).ticket_no for _ in range(3)] + [
        office.register(proposal, kind=AppealKind.INQUIRY, district="清江区").ticket_no
        for _ in range(2)
    ]
    good, bad, silent, passed_on, withdrawn = numbers
    for number in (good, bad):
        office.do(lambda s, n=number: work.tickets.accept(s, n, CITY_MANAGEMENT))
    office.do(lambda s: work.tickets.reply(s, good, CITY_MANAGEMENT, HANDLED))
    office.do(lambda s: work.supervision.remind(s, silent, DISPATCHER, "请尽快"))
    office.do(lambda s: work.supervision.order(s, silent, SUPERVISOR, "说明原因", 1))
    for holder, code in ((CITY_MANAGEMENT, "GA"), (POLICE, "CG"), (CITY_MANAGEMENT, "GA")):
        office.do(lambda s, h=holder: work.tickets.send_back(s, passed_on, h, "不属", BASIS))
        office.do(lambda s, c=code: work.tickets.dispatch(s, passed_on, c, DISPATCHER))
    appeal = withdrawn.removesuffix("-1")
    office.do(lambda s: work.regrouping.withdraw(s, withdrawn, appeal, DISPATCHER))
    office.clock.moment += timedelta(days=2)  # Wednesday, the last day
    office.tick.run_once()
    extensions = work.extensions
    office.do(lambda s: extensions.request(s, silent, CITY_MANAGEMENT, 2, "须检测油烟"))
    office.do(lambda s: extensions.refuse(s, silent, DISPATCHER, "可以按期办结"))
    office.do(lambda s: extensions.request(s, silent, CITY_MANAGEMENT, 1, "须检测油烟"))
    office.clock.moment += timedelta(days=1)  # Thursday: too late
    office.do(lambda s: work.tickets.reply(s, bad, CITY_MANAGEMENT, HANDLED))
    office.tick.run_once()
    for number, solved, said in (
        (good, True, Satisfaction.FAIRLY_SATISFIED),
        (bad, True, Satisfaction.DISSATISFIED),
    ):
        office.do(lambda s, n=number: follow_ups.begin(s, n, DISPATCHER))
        result = FollowUpResult(FollowUpOutcome.REACHED, solved, said)
        office.do(
            lambda s, n=number, r=result: follow_ups.record(
                s, n, n.removesuffix("-1"), r, DISPATCHER
            )
        )
    office.clock.moment = WEEK.period.end - SECOND
    office.tick.run_once()
    return numbers


def test_figures_are_what_a_count_by_hand_gives(office: Office) -> None:
    _busy_week(office)
    with office.database.reading() as session:
        cells = figures_of(session, WEEK.period, office.clock.now())

    departments = by(Dimension.DEPARTMENT, cells)
    assert departments["CG"] == Figures(
        due=3,  # good, bad, silent; the withdrawn one does not count
        overdue=2,  # bad answered on Thursday, silent never
        response_due=3,
        responded=2,  # silent was never accepted
        asked=2,
        solved=2,
        content=1,
        send_backs=2,
        repeated_send_backs=1,
        extensions=2,
        late_extensions=2,
        repeated_extensions=1,
        reminders=1,
        unanswered_reminders=1,
        yellow_cards=2,  # on Wednesday: bad, silent
        red_cards=2,  # silent; and bad when it was answered late, before any tick
        orders=2,  # by hand for silent; the third dispatch of the one that is passed on
        orders_overdue=1,
    )
    assert departments["GA"] == Figures(
        due=1,
        overdue=1,
        response_due=1,
        send_backs=1,
        repeated_send_backs=1,
        yellow_cards=1,
        red_cards=1,
        orders=1,
    )
    assert (departments["CG"].response_rate, departments["CG"].satisfaction_rate) == (2 / 3, 1 / 2)
    assert departments["GA"].resolution_rate is None
    whole = total(cells.values())
    for dimension in Dimension:
        assert total(by(dimension, cells).values()) == whole
    assert by(Dimension.DISTRICT, cells)["清江区"].due == 1
    assert by(Dimension.CATEGORY, cells)["交通"].overdue == 1


def test_each_case_counts_in_one_period_only(office: Office) -> None:
    _busy_week(office)
    now = office.clock.now()
    middle = MONDAY + timedelta(days=2, hours=20)
    parts = (Period(WEEK.period.begin, middle), Period(middle, WEEK.period.end))
    with office.database.reading() as session:
        whole = total(figures_of(session, WEEK.period, now).values())
        halves = total(
            figures for part in parts for figures in figures_of(session, part, now).values()
        )
        before = figures_of(session, WEEK.before.period, now)
    assert halves == whole
    assert before == {}


def _reports(office: Office) -> WeeklyReports:
    names = {**DEPARTMENTS, "CG": department("CG", "=城市管理局")}
    return WeeklyReports(office.clock, load_policy(), names)


def test_a_stored_week_does_not_change(office: Office) -> None:
    (_, bad, *_) = _busy_week(office)
    reports = _reports(office)
    assert office.do(reports.store_missing) == []  # it has not ended
    office.clock.moment = WEEK.period.end
    assert office.do(reports.store_missing) == ["2026-W48"]
    with office.database.reading() as session:
        stored = reports.stored(session, "2026-W48")
    assert stored["total"]["overdue"] == 3

    # What happens to the tickets later does not reach it.
    with office.database.transaction() as session:
        session.execute(update(Ticket).where(Ticket.ticket_no == bad).values(resolve_due_at=MONDAY))
    office.clock.moment += timedelta(days=7)
    assert office.do(reports.store_missing) == ["2026-W49"]
    with office.database.reading() as session:
        assert reports.stored(session, "2026-W48") == stored
        assert reports.names(session) == ["2026-W49", "2026-W48"]
        assert reports.changed(session) == []
        with pytest.raises(WeekNotFoundError):
            reports.stored(session, "2026-W99")


def test_a_stored_week_that_was_tampered_with_is_named(office: Office) -> None:
    _busy_week(office)
    office.clock.moment = WEEK.period.end
    reports = _reports(office)
    office.do(reports.store_missing)
    with office.database.transaction() as session:
        row = session.get_one(SupervisionWeek, "2026-W48")
        row.report = {**row.report, "total": {**row.report["total"], "overdue": 0}}
    with office.database.reading() as session:
        assert reports.changed(session) == ["2026-W48"]


def test_departments_are_red_yellow_or_blue_and_the_report_says_why(office: Office) -> None:
    _busy_week(office)
    with office.database.reading() as session:
        report = _reports(office).present(session)
    shown = [(row["code"], row["colour"], row["because"][0]) for row in report["departments"]]
    assert shown == [
        ("CG", "red", "督办逾期未回复1件（达到1件）"),
        ("GA", "yellow", "超期工单1件（达到1件）"),
    ]
    assert not report["complete"]
    assert colour_of(Figures(due=50, yellow_cards=9), load_policy()) == ("blue", [])


def test_report_files_say_the_same_and_hold_no_formula(office: Office) -> None:
    _busy_week(office)
    with office.database.reading() as session:
        report = _reports(office).present(session)

    rows = list(csv.DictReader(io.StringIO(report_csv(report).decode("utf-8-sig"))))
    assert rows[0]["名称"] == "'=城市管理局"
    assert (rows[0]["超期工单"], rows[0]["满意率"]) == ("2", "50.0%")

    workbook = load_workbook(io.BytesIO(report_xlsx(report)))
    assert workbook.sheetnames == ["承办单位", "区县", "类别", "说明"]
    sheet = workbook["承办单位"]
    heads = [cell.value for cell in sheet[1]]
    assert heads[:6] == ["名称", "颜色", "原因", "到期工单", "超期工单", "响应率"]
    assert sorted(heads[3:]) == sorted(LABELS.values())
    assert sheet.cell(3, heads.index("满意率") + 1).number_format == "0.0%"
    assert [cell.data_type for cell in sheet[3]][:3] == ["s", "s", "s"]
    assert sheet.cell(3, 1).value == "'=城市管理局"
    assert sheet.cell(3, heads.index("超期工单") + 1).value == 2

    page = report_html(report | {"departments": [{**report["departments"][0], "name": "<b>"}]})
    assert "<b></th>" not in page
    assert "&lt;b&gt;" in page
    assert "红色 1 个单位" in page


def test_weeks_are_named_as_in_iso_8601() -> None:
    assert Week.of(datetime(2027, 1, 1, tzinfo=SHANGHAI)).name == "2026-W53"
    assert Week.named("2026-W53").period.end == datetime(2027, 1, 4, tzinfo=SHANGHAI)
    for name in ("2025-W53", "2026-48", "周报", "2026-W00"):
        with pytest.raises(WeekNotFoundError):
            Week.named(name)
