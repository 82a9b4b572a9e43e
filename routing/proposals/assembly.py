"""Putting the routing service together from the shipped data."""

from foundation.clock import Clock
from foundation.settings import Settings
from knowledge_base.loader import load_library
from retrieval.encoder.preparation import load_encoder
from retrieval.encoder.protocol import Encoder
from routing.city_data import load_taxonomy
from routing.deadlines.service import load_deadline_service
from routing.proposals.service import Library, RoutingService


def load_routing_service(
    settings: Settings,
    clock: Clock,
    *,
    library: Library | None = None,
    encoder: Encoder | None = None,
    dense: bool = True,
) -> RoutingService:
    """Return the service over the shipped data; ``warm_up`` is the caller's.

    Args:
        settings: where data and models lie.
        clock: from which deadlines count when no time is given.
        library: the knowledge base, when loaded already.
        encoder: the encoder, when opened already.
        dense: ``False`` works by words and cues alone, without any encoder.

    Raises:
        LibraryFaultsError: the shipped data has faults.
        ConfigurationError: the encoder has not been prepared.
    """
    return RoutingService(
        library=library or load_library(),
        taxonomy=load_taxonomy(),
        settings=settings,
        encoder=(encoder or load_encoder(settings)) if dense else None,
        deadlines=load_deadline_service(settings, clock),
        clock=clock,
    )
