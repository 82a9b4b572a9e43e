"""Appeals and tickets put together, the same way wherever they are used."""

from collections.abc import Mapping
from dataclasses import dataclass

from foundation.clock import Clock
from foundation.events.outbox import Outbox
from knowledge_base.schema import Department, Law
from routing.appeals.announcing import DueAnnouncer, ReplyAnnouncer
from routing.appeals.service import AppealService
from routing.appeals.vault import Vault
from routing.deadlines.service import DeadlineService
from routing.reply_gate.service import ReplyGate
from routing.supervision.policy import SupervisionPolicy, load_policy
from routing.supervision.service import SupervisionService
from routing.ticket_clocks.extensions import ExtensionService
from routing.ticket_clocks.service import TicketClocks
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
    # First the clocks: supervision looks at them as they are after the move.
    moved: list[MoveListener] = [clocks, supervision]
    tickets = TicketService(
        clock, deadlines, departments, outbox, gate, replied, move_listeners=moved
    )
    return Casework(
        appeals=AppealService(clock, departments, tickets),
        tickets=tickets,
        regrouping=Regrouping(clock, tickets, outbox, clocks, [supervision]),
        outbox=outbox,
        clocks=clocks,
        extensions=ExtensionService(clock, deadlines, clocks, outbox),
        supervision=supervision,
        vault=Vault(clock, tickets, outbox),
    )
