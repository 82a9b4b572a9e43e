"""What every route of the ticket API is made with: the parts behind it, its line of the table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy.orm import Session

from connectors.staff.sessions import StaffSessions
from connectors.ticket_api.callers import Callers
from connectors.ticket_api.matrix import BY_NAME
from connectors.ticket_api.schemas import Json, RecordId, TicketNo
from foundation.access.service import AccessService, Account
from foundation.access.tokens import ServiceTokens
from foundation.clock import Clock
from foundation.database.session import Database
from knowledge_base.schema import City
from routing.appeals.assembly import Casework
from routing.finding.assembly import Related
from routing.follow_ups.service import FollowUpService
from routing.tickets.models import Ticket
from routing.tickets.schemas import Actor

Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class TicketApi:
    """What the routes work with."""

    database: Database
    access: AccessService
    sessions: StaffSessions
    tokens: ServiceTokens
    casework: Casework
    follow_ups: FollowUpService
    related: Related
    department_names: Mapping[str, str]
    city: City
    clock: Clock

    async def act(self, work: Callable[[Session], Ticket]) -> Json:
        """Run one action in its own transaction; return the ticket's new standing."""
        ticket = await self.database.write(work)
        return {
            "ticket_no": ticket.ticket_no,
            "state": ticket.state,
            "state_label": ticket.state.label,
            "version": ticket.version,
        }


class TableRoutes:
    """Adds endpoints under the addresses of ``matrix.ROUTES``, each with its guard."""

    def __init__(self, api: TicketApi, tag: str) -> None:
        self.api = api
        self.callers = Callers(api.database, api.sessions, api.tokens)
        self.router = APIRouter(tags=[tag])

    def who(self, name: str) -> Any:
        """Return the dependency that gives a route's endpoint its caller."""
        return Depends(self.callers.guard(BY_NAME[name]))

    def add(self, *endpoints: Callable[..., Any]) -> None:
        """Put endpoints under the addresses that the table gives their names."""
        for endpoint in endpoints:
            self.put(endpoint.__name__, endpoint)

    def act(
        self,
        name: str,
        body: type[Body],
        work: Callable[[Session, str, Actor, Body], Ticket],
    ) -> None:
        """Add a route that does one thing to one ticket and returns its new standing."""

        async def endpoint(
            account: Annotated[Account, self.who(name)], ticket_no: TicketNo, body: Body
        ) -> Json:
            actor = actor_of(account)
            return await self.api.act(lambda session: work(session, ticket_no, actor, body))

        self._put_act(name, endpoint, body)

    def act_on_record(
        self,
        name: str,
        body: type[Body],
        work: Callable[[Session, str, int, Actor, Body], Ticket],
    ) -> None:
        """Add a route that does one thing to a record beside a ticket."""

        async def endpoint(
            account: Annotated[Account, self.who(name)],
            ticket_no: TicketNo,
            record_id: RecordId,
            body: Body,
        ) -> Json:
            actor = actor_of(account)
            return await self.api.act(
                lambda session: work(session, ticket_no, record_id, actor, body)
            )

        self._put_act(name, endpoint, body)

    def _put_act(self, name: str, endpoint: Callable[..., Any], body: type[BaseModel]) -> None:
        # FastAPI reads the shape of the body from here; the signature knows only that it is one.
        endpoint.__annotations__["body"] = body
        self.put(name, endpoint)

    def put(self, name: str, endpoint: Callable[..., Any]) -> None:
        """Put an endpoint under the address that the table gives ``name``."""
        route = BY_NAME[name]
        self.router.add_api_route(
            route.address,
            endpoint,
            methods=[route.method],
            name=name,
            response_model=None,  # plain JSON, or a file
        )


def actor_of(account: Account) -> Actor:
    """Return who acts, for the department that the account belongs to."""
    return Actor(account.ref, account.department_code)
