"""Duplicates and hot issues, for dispatchers and supervisors."""

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from connectors.ticket_api.schemas import Json, TicketNo, Words
from connectors.ticket_api.table_routes import TableRoutes
from foundation.access.service import Account
from routing.duplicates.schemas import Candidate
from routing.hot_issues.models import HotIssueState
from routing.hot_issues.service import ACTIVE, HotIssueView
from routing.tickets.schemas import Actor

_Limit = Annotated[int, Field(ge=1, le=200)]


class RefuseBody(BaseModel):
    """Which ticket is not the same."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    other: TicketNo


class HotIssueBody(BaseModel):
    """What becomes of a hot issue."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Literal[HotIssueState.NOTED, HotIssueState.HANDLED]
    note: Words = ""


def add_related(routes: TableRoutes) -> None:
    """Add the routes."""
    _duplicates(routes)
    _hot_issues(routes)


def _duplicates(routes: TableRoutes) -> None:
    duplicates, database = routes.api.related.duplicates, routes.api.database

    async def pairs(account: Annotated[Account, routes.who("pairs")], limit: _Limit = 50) -> Json:
        del account
        found = await database.read(lambda session: duplicates.open_pairs(session, limit))
        return {"pairs": [asdict(one) | {"other": _candidate(one.other)} for one in found]}

    async def candidates(
        account: Annotated[Account, routes.who("candidates")], ticket_no: TicketNo
    ) -> Json:
        del account
        found = await database.read(lambda session: duplicates.candidates(session, ticket_no))
        return {"candidates": [_candidate(one) for one in found]}

    async def not_duplicate(
        account: Annotated[Account, routes.who("not_duplicate")],
        ticket_no: TicketNo,
        body: RefuseBody,
    ) -> Json:
        def work(session: Session) -> None:
            duplicates.refuse(session, ticket_no, body.other, Actor(account.ref))
            about = f"{ticket_no} {body.other}"
            routes.api.access.record(session, account.id, "duplicate.refused", about)

        await database.write(work)
        return {"ticket_no": ticket_no, "other": body.other}

    routes.add(pairs, candidates, not_duplicate)


def _hot_issues(routes: TableRoutes) -> None:
    issues, database = routes.api.related.hot_issues, routes.api.database

    async def hot_issues(
        account: Annotated[Account, routes.who("hot_issues")],
        state: Annotated[list[HotIssueState] | None, Query()] = None,
        limit: _Limit = 50,
    ) -> Json:
        del account
        wanted = tuple(state or ACTIVE)
        found = await database.read(lambda session: issues.listed(session, wanted, limit))
        return {"issues": [_issue(one) for one in found]}

    async def decide_hot_issue(
        account: Annotated[Account, routes.who("decide_hot_issue")],
        issue_id: int,
        body: HotIssueBody,
    ) -> Json:
        def work(session: Session) -> Json:
            decided = issues.decide(session, issue_id, body.state, Actor(account.ref), body.note)
            routes.api.access.record(session, account.id, f"hot_issue.{body.state}", str(issue_id))
            return {"id": decided.id, "state": decided.state, "state_label": decided.state.label}

        return await database.write(work)

    routes.add(hot_issues, decide_hot_issue)


def _candidate(one: Candidate) -> Json:
    return asdict(one) | {"state_label": one.state.label}


def _issue(one: HotIssueView) -> Json:
    tickets = [{"ticket_no": number, "title": title} for number, title in one.tickets]
    return asdict(one) | {"state_label": one.state.label, "tickets": tickets}
