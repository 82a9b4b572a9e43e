"""Routing that works at once by words alone, and with the encoder as soon as that is loaded."""

from collections.abc import Callable, Sequence
from datetime import datetime

from foundation.clock import Clock
from foundation.settings import Settings
from knowledge_base.library import Library
from retrieval.encoder.protocol import Encoder
from routing.city_data import load_taxonomy
from routing.deadlines.service import DeadlineService
from routing.learning.store import load_in_force
from routing.proposals.catalogue import DispatchCatalogue, Ruling
from routing.proposals.send_back_risk import SendBackHistory
from routing.proposals.service import RoutingService
from routing.schemas import AppealKind, AppealReading, Proposal


class StagedRouting:
    """One routing service after the other; who calls sees only the present one."""

    def __init__(
        self,
        library: Library,
        settings: Settings,
        deadlines: DeadlineService,
        clock: Clock,
        rulings: Callable[[], Sequence[Ruling]] | None = None,
        history: SendBackHistory | None = None,
    ) -> None:
        self._library = library
        self._taxonomy = load_taxonomy()
        self._settings = settings
        self._deadlines = deadlines
        self._clock = clock
        self._catalogue = DispatchCatalogue(rulings)
        self._history = history
        self._present = self._service(None)

    def warm_up_lexical(self) -> None:
        """Load the word lists; after this ``read`` and ``propose`` answer quickly."""
        self._present.warm_up()

    def warm_up(self, encoder: Encoder) -> None:
        """Build the service with the encoder, then use it: nobody waits in between."""
        complete = self._service(encoder)
        complete.warm_up()
        self._present = complete

    def read(self, text: str) -> AppealReading:
        """Return what the text says of an appeal."""
        return self._present.read(text)

    def propose(
        self,
        text: str,
        *,
        place: str | None = None,
        kind: AppealKind | None = None,
        received_at: datetime | None = None,
        reading: AppealReading | None = None,
    ) -> Proposal:
        """Return who is responsible, by when, and why."""
        return self._present.propose(
            text, place=place, kind=kind, received_at=received_at, reading=reading
        )

    def _service(self, encoder: Encoder | None) -> RoutingService:
        fingerprint = None if encoder is None else encoder.fingerprint
        return RoutingService(
            self._library,
            self._taxonomy,
            self._settings,
            encoder,
            self._deadlines,
            self._clock,
            learnt=load_in_force(self._settings.data_dir, fingerprint, self._taxonomy),
            catalogue=self._catalogue,
            history=self._history,
        )
