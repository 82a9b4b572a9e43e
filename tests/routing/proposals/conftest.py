from datetime import datetime
from pathlib import Path

import pytest

from foundation.clock import SHANGHAI, FixedClock
from foundation.settings import Settings
from routing.proposals.assembly import load_routing_service
from routing.proposals.service import RoutingService

NOW = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)


@pytest.fixture(scope="session")
def routing_by_words(tmp_path_factory: pytest.TempPathFactory) -> RoutingService:
    data_dir: Path = tmp_path_factory.mktemp("routing")
    service = load_routing_service(Settings(data_dir=data_dir), FixedClock(NOW), dense=False)
    service.warm_up()
    return service


@pytest.fixture(scope="session")
def routing_by_meaning() -> RoutingService:
    service = load_routing_service(Settings(), FixedClock(NOW))
    service.warm_up()
    return service


@pytest.fixture(params=["words", "meaning"])
def routing(request: pytest.FixtureRequest) -> RoutingService:
    service: RoutingService = request.getfixturevalue(f"routing_by_{request.param}")
    return service
