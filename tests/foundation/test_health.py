import anyio
import pytest

from foundation.health import Check, HealthChecks, PartState


def _says(state: PartState) -> Check:
    async def check() -> PartState:
        return state

    return check


async def _fails() -> PartState:
    raise ConnectionError("gone")


def test_health_is_ready_when_only_an_optional_part_is_away() -> None:
    checks = HealthChecks()
    checks.add("database", _says(PartState.OK), required=True)
    checks.add("rasa", _fails, required=False)

    health = anyio.run(checks.look)

    assert health.ready
    assert {name: part.state for name, part in health.parts.items()} == {
        "database": PartState.OK,
        "rasa": PartState.AWAY,
    }


def test_health_is_not_ready_while_a_required_part_starts() -> None:
    checks = HealthChecks()
    checks.add("retrieval", _says(PartState.STARTING), required=True)

    assert not anyio.run(checks.look).ready


def test_health_refuses_two_checks_of_one_name() -> None:
    checks = HealthChecks()
    checks.add("database", _says(PartState.OK), required=True)

    with pytest.raises(ValueError, match="twice"):
        checks.add("database", _says(PartState.OK), required=True)
