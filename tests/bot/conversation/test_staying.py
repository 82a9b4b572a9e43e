"""Follow-ups that stay with the matter in focus, and those that do not."""

import pytest

from bot.conversation.schemas import DialogueState, Retrieved
from foundation.text.personal_information import PersonalValues
from knowledge_base.schema import FacetName
from retrieval.schemas import Decision
from tests.bot.conversation.conftest import reader_of
from tests.service_fixtures import RunningService

_LIFT = DialogueState(focus="M0907", facet=FacetName.PROCESS)


def _read(service: RunningService, text: str, state: DialogueState) -> Retrieved:
    return reader_of(service.services).read(text, state, PersonalValues(), None).retrieved


@pytest.mark.parametrize(
    "text", ["二楼的不同意咋办", "政府给补钱吗", "我爸能替我去签字吗", "可以叫我儿子代我去交吗"]
)
def test_follow_up_that_names_nothing_stays_with_the_focus(
    running_service: RunningService, text: str
) -> None:
    retrieved = _read(running_service, text, _LIFT)

    assert (retrieved.decision, retrieved.candidates[0][0]) == (Decision.ANSWER, "M0907")


@pytest.mark.parametrize("text", ["谢谢", "今天天气怎么样", "共享单车的押金怎么退不回来"])
def test_what_is_about_something_else_leaves_the_focus(
    running_service: RunningService, text: str
) -> None:
    retrieved = _read(running_service, text, _LIFT)

    assert (retrieved.decision, retrieved.near) == (Decision.NO_ANSWER, False)


def test_opening_hours_are_told_with_the_place(running_service: RunningService) -> None:
    retrieved = _read(running_service, "星期天上不上班", _LIFT)

    assert (retrieved.candidates[0][0], retrieved.facet) == ("M0907", FacetName.LOCATION)
