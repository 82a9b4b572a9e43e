"""Appeals and tickets put together, the same way wherever they are used."""

from collections.abc import Mapping
from dataclasses import dataclass

from foundation.clock import Clock
from foundation.events.outbox import Outbox
from knowledge_base.schema import Department, Law
from routing.appeals.announcing import CitizenAnnouncer, DueAnnouncer, ReplyAnnouncer
from routing.appeals.service import AppealService
from routing.appeals.vault import Vault
from routing.deadlines.service import DeadlineService
from routing.promises.service import PromiseService
from routing.redactions.dispatching import ConfirmedFirst
from routing.redactions.service import Redactions
from routing.relay.service import Relay
from routing.reply_gate.service import ReplyGate
from routing.supervision.policy import SupervisionPolicy, load_policy
from routing.supervision.service import SupervisionService
from routing.ticket_clocks.extensions import ExtensionService
from routing.ticket_clocks.service import TicketClocks
from routing.tickets.closing import Closing
from routing.tickets.contacting import Contacting
from routing.tickets.recording import MoveListener
from routing.tickets.regrouping import Regrouping
from routing.tickets.service import TicketService


@dataclass(frozen=True, slots=True)
class Casework:
    """The services of casework, and the outbox they write to."""

    appeals: AppealService
    tickets: TicketService
    regrouping: Regrouping
    outbox: Outbox
    clocks: TicketClocks
    extensions: ExtensionService
    supervision: SupervisionService
    vault: Vault
    promises: PromiseService
    closing: Closing
    contacting: Contacting
    redactions: Redactions
    relay: Relay


def build_casework(
    clock: Clock,
    deadlines: DeadlineService,
    departments: Mapping[str, Department],
    laws: Mapping[str, Law] | None = None,
    policy: SupervisionPolicy | None = None,
) -> Casework:
    """Return the services, with replies checked, then announced to the citizens they answer.

    Args:
        clock: of the services.
        deadlines: for windows and due times.
        departments: by code.
        laws: whose numbers a reply may cite, by title.
        policy: the rules of supervision; the shipped ones unless given.
    """
    outbox = Outbox(clock)
    clocks = TicketClocks(clock, deadlines, outbox, [DueAnnouncer(outbox)])
    numbered = {law.number: law.title for law in (laws or {}).values() if law.number}
    gate, replied = ReplyGate(numbered), [ReplyAnnouncer(outbox)]
    supervision = SupervisionService(clock, deadlines, policy or load_policy(), outbox)
    # First clocks and promises: supervision looks at them as they are after the move.
    promises = PromiseService(clock, supervision.booking, CitizenAnnouncer(outbox))
    moved: list[MoveListener] = [clocks, promises, supervision]
    tickets = TicketService(
        clock,
        deadlines,
        departments,
        outbox,
        gate,
        ConfirmedFirst(),
        replied,
        move_listeners=moved,
    )
    redactions = Redactions(clock, tickets)
    relay = Relay(clock, tickets, redactions, gate, outbox, departments)
    return Casework(
        appeals=AppealService(clock, departments, tickets, relay),
        tickets=tickets,
        regrouping=Regrouping(clock, tickets, outbox, clocks, [promises, supervision]),
        outbox=outbox,
        clocks=clocks,
        extensions=ExtensionService(clock, deadlines, clocks, outbox),
        supervision=supervision,
        vault=Vault(clock, tickets, outbox),
        promises=promises,
        closing=Closing(clock, outbox, departments, moved),
        contacting=Contacting(clock, outbox, moved),
        redactions=redactions,
        relay=relay,
    )
