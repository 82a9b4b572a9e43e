"""What the dispatcher's desk does about duplicates: look, merge, remember that they are none."""

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.orm import Session

from connectors.desks.dispatch.duplicate_panel import DuplicatePanel
from connectors.desks.frame import Door, say
from foundation.access.permissions import Permission
from foundation.access.service import AccessService
from foundation.database.session import Database
from routing.duplicates.schemas import Candidate, OpenPair
from routing.finding.assembly import Related
from routing.tickets.regrouping import Regrouping
from routing.tickets.schemas import Actor

_REASON = "派单员判断为重复诉求"


class RelatedTickets:
    """The acts behind the panel of duplicates, each asked for at the door."""

    def __init__(
        self,
        door: Door,
        database: Database,
        related: Related,
        regrouping: Regrouping,
        access: AccessService,
    ) -> None:
        self._door = door
        self._database = database
        self._duplicates = related.duplicates
        self._regrouping = regrouping
        self._access = access

    def panel(self, merged: Callable[[str], Awaitable[None]]) -> DuplicatePanel:
        """Return the panel; ``merged`` is told which ticket has gone under another."""

        async def merge(ticket_no: str, into: str, version: int | None) -> None:
            await self._merge(ticket_no, into, version)
            say(f"已并入{into}。", "positive")
            await merged(ticket_no)

        return DuplicatePanel(self._candidates, self._pairs, merge, self._refuse)

    async def _candidates(self, ticket_no: str) -> Sequence[Candidate]:
        await self._door.require(Permission.TICKET_DISPATCH)
        return await self._database.read(
            lambda session: self._duplicates.candidates(session, ticket_no)
        )

    async def _pairs(self) -> Sequence[OpenPair]:
        await self._door.require(Permission.TICKET_DISPATCH)
        return await self._database.read(self._duplicates.open_pairs)

    async def _merge(self, ticket_no: str, into: str, version: int | None) -> None:
        account = await self._door.require(Permission.TICKET_DISPATCH)
        actor = Actor(account.ref)
        await self._database.write(
            lambda session: self._regrouping.merge(
                session, ticket_no, into, actor, _REASON, version
            )
        )

    async def _refuse(self, ticket_no: str, other: str) -> None:
        account = await self._door.require(Permission.TICKET_DISPATCH)

        def work(session: Session) -> None:
            self._duplicates.refuse(session, ticket_no, other, Actor(account.ref))
            self._access.record(session, account.id, "duplicate.refused", f"{ticket_no} {other}")

        await self._database.write(work)
        say("已记下，这两张以后不再提示重复。", "positive")
