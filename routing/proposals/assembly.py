"""Putting the routing service together from the shipped data."""

from foundation.clock import Clock
from foundation.settings import Settings
from knowledge_base.loader import load_library
from retrieval.encoder.preparation import load_encoder
from retrieval.encoder.protocol import Encoder
from routing.city_data import load_taxonomy
from routing.deadlines.service import load_deadline_service
from routing.learning.store import load_in_force
from routing.proposals.catalogue import DispatchCatalogue
from routing.proposals.collaborators import Library
from routing.proposals.send_back_risk import SendBackHistory
from routing.proposals.service import RoutingService


def load_routing_service(
    settings: Settings,
    clock: Clock,
    *,
    library: Library | None = None,
    encoder: Encoder | None = None,
    dense: bool = True,
    learnt: bool = True,
    catalogue: DispatchCatalogue | None = None,
    history: SendBackHistory | None = None,
) -> RoutingService:
    """Return the service over the shipped data; ``warm_up`` is the caller's.

    Args:
        settings: where data and models lie.
        clock: from which deadlines count when no time is given.
        library: the knowledge base, when loaded already.
        encoder: the encoder, when opened already.
        dense: ``False`` works by words and cues alone, without any encoder.
        learnt: ``False`` leaves out what was learnt from closed tickets.
        catalogue: what was ruled on send-backs.
        history: how often departments sent tickets back.

    Raises:
        LibraryFaultsError: the shipped data has faults.
        ConfigurationError: the encoder has not been prepared.
    """
    taxonomy = load_taxonomy()
    used = (encoder or load_encoder(settings)) if dense else None
    fingerprint = None if used is None else used.fingerprint
    return RoutingService(
        library=library or load_library(),
        taxonomy=taxonomy,
        settings=settings,
        encoder=used,
        deadlines=load_deadline_service(settings, clock),
        clock=clock,
        learnt=load_in_force(settings.data_dir, fingerprint, taxonomy) if learnt else None,
        catalogue=catalogue,
        history=history,
    )
