"""Appeals and tickets put together, the same way wherever they are used."""

from collections.abc import Mapping
from dataclasses import dataclass

from foundation.clock import Clock
from foundation.events.outbox import Outbox
from knowledge_base.schema import Department
from routing.appeals.announcing import ReplyAnnouncer
from routing.appeals.service import AppealService
from routing.deadlines.service import DeadlineService
from routing.tickets.service import TicketService


@dataclass(frozen=True, slots=True)
class Casework:
    """The two services of casework, and the outbox they write to."""

    appeals: AppealService
    tickets: TicketService
    outbox: Outbox


def build_casework(
    clock: Clock, deadlines: DeadlineService, departments: Mapping[str, Department]
) -> Casework:
    """Return the services, with replies announced to the citizens they answer."""
    outbox = Outbox(clock)
    tickets = TicketService(clock, deadlines, departments, outbox, [ReplyAnnouncer(outbox)])
    return Casework(AppealService(clock, departments, tickets), tickets, outbox)
