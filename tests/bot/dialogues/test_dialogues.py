"""Every written dialogue through the whole assistant, with Rasa and without: one contract."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from connectors.assembly import Services
from tests.bot.dialogues.player import Played, play
from tests.bot.dialogues.script import WANTED, Dialogue, Said, read_dialogues
from tests.rasa_fixtures import Served
from tests.service_fixtures import RunningService

FLOOR = 0.95  # share of dialogues that go as written, in each form
FEWEST = 120
_PLAY_SECONDS = 800.0
_CITIZENS = 4  # talk at once: the whole takes two cores half as long
_DIALOGUES = read_dialogues()


@dataclass(frozen=True, slots=True)
class Form:
    """All dialogues as they went in one form; ``reason``: why each turn went without Rasa."""

    played: tuple[Played, ...]
    reason: str | None

    @property
    def failed(self) -> list[Played]:
        return [one for one in self.played if not one.passed]


@pytest.fixture(
    scope="module",
    params=["without rasa", pytest.param("with rasa", marks=pytest.mark.rasa)],
)
def form(request: pytest.FixtureRequest) -> Form:
    if request.param == "without rasa":
        alone: RunningService = request.getfixturevalue("running_service")
        return Form(_play_all(_DIALOGUES, alone.services, alone.loop), "off")
    served: Served = request.getfixturevalue("served")
    return Form(_play_all(_DIALOGUES, served.services, served.loop), None)


def _play_all(
    dialogues: Sequence[Dialogue], services: Services, loop: asyncio.AbstractEventLoop
) -> tuple[Played, ...]:
    """Play as several citizens at once would; each has a conversation of their own."""
    at_once = asyncio.Semaphore(_CITIZENS)

    async def one_of_them(dialogue: Dialogue) -> Played:
        async with at_once:
            return await play(dialogue, services, may_degrade=True)

    async def all_of_them() -> tuple[Played, ...]:
        return tuple(await asyncio.gather(*map(one_of_them, dialogues)))

    return asyncio.run_coroutine_threadsafe(all_of_them(), loop).result(_PLAY_SECONDS)


# All of them are played for the first test that asks; on a busy machine that takes minutes.
_patient = pytest.mark.timeout(_PLAY_SECONDS + 100)


def test_dialogues_are_many_and_none_has_the_name_of_another() -> None:
    named = Counter(one.name for one in (*_DIALOGUES, *read_dialogues(WANTED)))

    assert len(_DIALOGUES) >= FEWEST
    assert [name for name, times in named.items() if times > 1] == []


@_patient
def test_dialogues_go_as_written(form: Form) -> None:
    share = 1 - len(form.failed) / len(form.played)
    names = "\n".join(one.name for one in form.failed)
    told = "\n".join(one.report() for one in form.failed)

    assert share >= FLOOR, f"{share:.3f} of the dialogues went as written; not:\n{names}\n{told}"


@_patient
def test_every_turn_went_the_way_of_its_form(form: Form) -> None:
    ways = {way for one in form.played for way in one.degraded}

    assert ways == {form.reason}


@pytest.mark.parametrize(
    "wrong",
    [
        {"act": "handover"},
        {"decision": "clarify"},
        {"matter": "M0201"},
        {"facet": "validity"},
        {"also": "M0201"},
        {"asks": "where"},
        {"draft": {"where": "文渊路"}},
        {"choices": 4},
        {"ticket": True},
        {"handover": True},
        {"emergency": "119"},
        {"says": "999元"},
        {"never": "40元"},
        {"silent": True},
    ],
)
def test_player_notices_what_is_not_as_written(
    wrong: dict[str, object], running_service: RunningService
) -> None:
    turn = Said.model_validate({"say": "身份证丢了补办要多少钱", **wrong})
    dialogue = Dialogue(name="wrong", turns=(turn,))

    (played,) = _play_all([dialogue], running_service.services, running_service.loop)

    assert len(played.faults) == 1
