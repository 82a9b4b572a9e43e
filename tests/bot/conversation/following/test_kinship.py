"""What the library says of two guides, over the real guides."""

import pytest

from bot.conversation.following.kinship import kin, mates_of, same_thing, whole_name
from knowledge_base.library import Library
from tests.service_fixtures import RunningService

_INSURANCE_MOVED, _FUND_MOVED = "M0604", "M0707"
_PERMIT_VISA, _PERMIT_RENEWED = "M0206", "M0205"
_BIRTH_CERTIFICATE, _NEWBORN_HOUSEHOLD = "M1302", "M0106"
_WATER_RENAMED, _HYGIENE = "M1807", "M1309"


@pytest.fixture
def library(running_service: RunningService) -> Library:
    return running_service.services.library


def test_kin_holds_another_thing_on_which_the_same_is_done(library: Library) -> None:
    focus = library.matter(_INSURANCE_MOVED)

    assert _FUND_MOVED in kin("公积金", "公积金呢", focus, (), library)
    assert _FUND_MOVED not in kin("公积金", "公积金呢", library.matter(_WATER_RENAMED), (), library)


def test_same_thing_needs_another_deed(library: Library) -> None:
    focus, renewed = library.matter(_PERMIT_VISA), library.matter(_PERMIT_RENEWED)

    assert same_thing("换证多少钱", focus, renewed)
    assert same_thing("证丢了呢", focus, renewed)
    assert not same_thing("多少钱", focus, renewed)
    assert not same_thing("换证多少钱", library.matter(_WATER_RENAMED), renewed)


def test_mates_stand_in_one_event_in_life(running_service: RunningService) -> None:
    mates = mates_of(running_service.services.bundles)

    assert _NEWBORN_HOUSEHOLD in mates[_BIRTH_CERTIFICATE]
    assert _BIRTH_CERTIFICATE in mates[_NEWBORN_HOUSEHOLD]
    assert _BIRTH_CERTIFICATE not in mates[_BIRTH_CERTIFICATE]


def test_whole_name_is_the_share_of_the_longest_name(library: Library) -> None:
    matter = library.matter(_HYGIENE)

    assert whole_name("卫生许可证呢", matter) == pytest.approx(5 / 6)
    assert whole_name("要多久", matter) == 0
