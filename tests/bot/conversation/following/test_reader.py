"""Which matter a message means after another: by the shipped weights, over the real guides."""

from pathlib import Path

import pytest

from bot.conversation.following.features import Said, rows_of
from bot.conversation.following.reader import load_weights, read_following, shares_of
from foundation.errors import ConfigurationError
from tests.service_fixtures import RunningService

_CHARGING_PILE, _REPLACED_CARD, _CARD_PASSWORD = "M1812", "M0415", "M0416"


def meant(text: str, focus: str, service: RunningService) -> str | None:
    present = service.services.retriever.present
    said = Said(text, focus, (), appeal_probability=0.1)
    return read_following(said, present.weigh(text), present.library).code


def test_reading_stays_where_the_words_name_no_matter(running_service: RunningService) -> None:
    assert meant("物业不签字怎么办", _CHARGING_PILE, running_service) == _CHARGING_PILE


def test_reading_goes_to_the_matter_that_the_words_name(running_service: RunningService) -> None:
    found = meant("新卡拿到手以后，密码怎么设", _REPLACED_CARD, running_service)

    assert found == _CARD_PASSWORD


def test_rows_begin_with_the_focus_and_end_with_none(running_service: RunningService) -> None:
    present = running_service.services.retriever.present
    said = Said("多少钱", _REPLACED_CARD, (_CARD_PASSWORD,), appeal_probability=0.0)

    codes, rows = rows_of(said, present.weigh(said.text), present.library)

    assert codes[:2] == (_REPLACED_CARD, _CARD_PASSWORD)
    assert codes[-1] is None
    assert [row.get("focus", 0.0) for row in rows] == [1.0, *[0.0] * (len(rows) - 1)]
    assert set().union(*rows) == set(load_weights())


def test_shares_are_those_of_a_softmax() -> None:
    shares = shares_of([{"a": 1.0}, {"a": 0.0, "unknown": 5.0}], {"a": 1.0})

    # e / (e + 1), worked out apart
    assert shares == pytest.approx([0.7310585786, 0.2689414214])


def test_damaged_weights_say_how_to_learn_them_anew(tmp_path: Path) -> None:
    damaged = tmp_path / "weights.json"
    damaged.write_text("{", encoding="utf-8")

    with pytest.raises(ConfigurationError, match="train_following"):
        load_weights(damaged)
