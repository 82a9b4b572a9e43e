"""The vault of informants over HTTP: who opens it, what that leaves behind, who sees nothing."""

import asyncio

import pytest
from sqlalchemy import select

from connectors.supervision_notices import SupervisionNotices
from connectors.ticket_api.matrix import PREFIX, VAULT_OPENINGS
from foundation.access.models import AuditRow
from foundation.access.permissions import ALLOWED, TOKEN_SCOPES, Permission, Role
from foundation.clock import SystemClock
from foundation.events.models import OutboxMessage
from routing.supervision.notices import NoticeReader, unread
from routing.supervision.telling import TOLD
from routing.tickets.verifying import verify
from routing.tickets.views import ticket_view
from tests.connectors.ticket_api.conftest import DEPARTMENTAL, INFORMANT, NAME, PHONE, World

OPENERS = {Role.SUPERVISOR}
READERS = {Role.SUPERVISOR, Role.AUDITOR}
WHY = "纪检机关来函要求核实，函号另存"


def test_no_role_that_handles_tickets_and_no_token_may_open_the_vault() -> None:
    able = {role for role in Role if Permission.VAULT_OPEN in ALLOWED[role]}
    handling = {Permission.TICKET_HANDLE, Permission.TICKET_DISPATCH, Permission.TICKET_FOLLOW_UP}

    assert able == OPENERS
    assert not [role for role in able if ALLOWED[role] & handling]
    assert Permission.VAULT_OPEN not in TOKEN_SCOPES


@pytest.mark.parametrize("role", Role)
def test_only_a_supervisor_opens_the_vault(world: World, role: Role) -> None:
    appeal = world.report()
    login = world.login(role, "CG" if role in DEPARTMENTAL else None)
    body = {"number": appeal.number, "reason": WHY}

    answer = world.ask("POST", f"{PREFIX}/{appeal.ticket_no}/vault", login, body)
    listed = world.ask("GET", VAULT_OPENINGS, login)

    assert answer.status_code == (200 if role in OPENERS else 403)
    assert listed.status_code == (200 if role in READERS else 403)
    shown = (NAME in answer.text, PHONE in answer.text)
    assert shown == ((True, True) if role in OPENERS else (False, False))
    assert not [secret for secret in INFORMANT if secret in listed.text]


def test_an_opening_leaves_an_event_an_audit_line_and_a_notice(world: World) -> None:
    appeal = world.report()
    address, supervisor = f"{PREFIX}/{appeal.ticket_no}", world.login(Role.SUPERVISOR)
    body = {"number": appeal.number, "reason": f"{WHY}，联系人{PHONE}"}
    assert world.ask("POST", f"{address}/vault", supervisor, body).status_code == 200

    event = world.ask("GET", address, supervisor).json()["events"][-1]
    openings = world.ask("GET", VAULT_OPENINGS, world.login(Role.AUDITOR)).json()["openings"]
    with world.database.reading() as session:
        audited = session.scalars(select(AuditRow.subject).where(AuditRow.action == "vault.open"))
        assert audited.all() == [f"{appeal.ticket_no} {appeal.number}"]
        assert list(verify(session, appeal.ticket_no, {})) == []
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.topic == TOLD)).one()
        session.expunge(told)
    asyncio.run(SupervisionNotices(world.database, SystemClock()).lay(told))

    assert event["kind"] == "vault_opened"
    assert event["data"]["reason"].startswith(WHY)
    assert PHONE not in str(event)  # a reason is kept for good: masked
    assert [(one["number"], one["actor_name"]) for one in openings] == [(appeal.number, "李静")]
    for role in Role:
        with world.database.reading() as session:
            given = unread(session, NoticeReader(frozenset({role}), "CG"))
        assert len(given) == (1 if role in READERS else 0)


def test_the_department_does_not_even_learn_that_it_was_opened(world: World) -> None:
    appeal = world.report()
    address, supervisor = f"{PREFIX}/{appeal.ticket_no}", world.login(Role.SUPERVISOR)
    body = {"number": appeal.number, "reason": WHY}
    world.ask("POST", f"{address}/vault", supervisor, body)

    hotline = world.ask("GET", address, supervisor).json()
    department = world.ask("GET", address, world.login(Role.DEPARTMENT_LEAD, "CG")).json()
    with world.database.reading() as session:
        desk = ticket_view(session, appeal.ticket_no, "CG")

    assert "vault_opened" in [one["kind"] for one in hotline["events"]]
    assert "vault_opened" not in [one["kind"] for one in department["events"]]
    assert "vault_opened" not in [one.kind for one in desk.timeline]
    assert WHY not in str(department)


def test_without_a_reason_or_a_protected_appeal_nothing_is_opened(world: World) -> None:
    supervisor, report, ordinary = world.login(Role.SUPERVISOR), world.report(), world.ordinary()
    for appeal, reason, status in (
        (report, " 核实 ", 422),
        (ordinary, WHY, 409),
    ):
        body = {"number": appeal.number, "reason": reason}
        answer = world.ask("POST", f"{PREFIX}/{appeal.ticket_no}/vault", supervisor, body)
        assert answer.status_code == status
    elsewhere = {"number": ordinary.number, "reason": WHY}
    answer = world.ask("POST", f"{PREFIX}/{report.ticket_no}/vault", supervisor, elsewhere)

    assert answer.status_code == 409
    openings = world.ask("GET", VAULT_OPENINGS, supervisor).json()
    assert openings == {"openings": []}
