"""Confidential tickets: their versions confirmed, and informants asked through the relay."""

from dataclasses import asdict
from typing import Annotated

from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session

from connectors.ticket_api.schemas import (
    Json,
    ReviewBody,
    TicketNo,
    VersionedBody,
    Words,
    findings_json,
)
from connectors.ticket_api.table_routes import TableRoutes, actor_of
from connectors.web_chat.schemas import WellFormed
from foundation.access.permissions import Permission
from foundation.access.service import Account
from routing.redactions.schemas import RedactionView, Wording
from routing.relay.schemas import RelayView, pseudonym
from routing.relay.views import department_relay, dispatcher_relay
from routing.tickets.models import Ticket
from routing.tickets.schemas import Actor

LongWords = Annotated[str, StringConstraints(max_length=20_000), WellFormed]
Fact = Annotated[str, StringConstraints(max_length=500), WellFormed]


class ConfirmationBody(VersionedBody):
    """What departments read of one appeal; ``reason`` where it holds more than the proposal."""

    number: TicketNo
    text: LongWords
    place: Fact | None = None
    occurred: Fact | None = None
    reason: Fact = ""


class QuestionBody(VersionedBody):
    """A question to an informant, named by the number of the pseudonym."""

    text: Words
    informant: Annotated[int, Field(ge=1, le=1000)] | None = None
    pause: bool = False


class PassingBody(VersionedBody):
    """How departments read what an informant said."""

    text: Words
    reason: Fact = ""


class WithholdingBody(VersionedBody):
    """Why it is not passed on."""

    reason: Fact


def add_confirming(routes: TableRoutes) -> None:
    """Add what a dispatcher confirms; before the routes of single tickets."""
    api = routes.api
    redactions, database = api.casework.redactions, api.database

    async def confirmations(_account: Annotated[Account, routes.who("confirmations")]) -> Json:
        found = await database.read(redactions.waiting)
        return {"waiting": [asdict(one) for one in found]}

    async def redaction(
        account: Annotated[Account, routes.who("redaction")], ticket_no: TicketNo
    ) -> Json:
        def load(session: Session) -> list[RedactionView]:
            found = redactions.views(session, ticket_no)
            api.access.record(session, account.id, "redaction.read", ticket_no)
            return found

        return {"redactions": [asdict(one) for one in await database.write(load)]}

    def confirm(s: Session, number: str, actor: Actor, body: ConfirmationBody) -> Ticket:
        wording = Wording(body.text, body.place, body.occurred)
        return redactions.confirm(s, number, body.number, wording, actor, body.reason, body.version)

    routes.add(confirmations, redaction)
    routes.act("confirm_redaction", ConfirmationBody, confirm)


def add_relay(routes: TableRoutes) -> None:
    """Add questions, and what a dispatcher does with the answers."""
    api, relay = routes.api, routes.api.casework.relay

    async def relay_messages(
        account: Annotated[Account, routes.who("relay_messages")], ticket_no: TicketNo
    ) -> Json:
        def load(session: Session) -> RelayView:
            api.access.record(session, account.id, "relay.read", ticket_no)
            if account.may(Permission.TICKET_DISPATCH):
                return dispatcher_relay(session, ticket_no)
            return department_relay(session, ticket_no, account.department_code or "")

        return relay_json(await api.database.write(load))

    async def review_question(
        account: Annotated[Account, routes.who("review_question")],
        ticket_no: TicketNo,
        body: ReviewBody,
    ) -> Json:
        actor = actor_of(account)
        found = await api.database.read(
            lambda session: relay.review(session, ticket_no, actor, body.text)
        )
        return {"findings": findings_json(found)}

    def ask(s: Session, number: str, actor: Actor, body: QuestionBody) -> Ticket:
        return relay.ask(
            s, number, actor, body.text, body.informant, body.version, pause=body.pause
        )

    def confirm(s: Session, number: str, key: int, actor: Actor, body: PassingBody) -> Ticket:
        return relay.confirm(s, number, key, body.text, actor, body.reason, body.version)

    def withhold(s: Session, number: str, key: int, actor: Actor, body: WithholdingBody) -> Ticket:
        return relay.withhold(s, number, key, actor, body.reason, body.version)

    routes.add(relay_messages, review_question)
    routes.act("ask_informant", QuestionBody, ask)
    routes.act_on_record("confirm_message", PassingBody, confirm)
    routes.act_on_record("withhold_message", WithholdingBody, withhold)


def relay_json(view: RelayView) -> Json:
    """Return the relay of one ticket."""
    return {
        "informants": [pseudonym(at) for at in range(1, view.informants + 1)],
        "messages": [
            asdict(one)
            | {
                "informant": one.pseudonym,
                "kind_label": one.kind.label,
                "state_label": one.state.label,
            }
            for one in view.messages
        ],
    }
