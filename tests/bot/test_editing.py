"""A draft changed by hand: what was typed anew is protected as what is said is."""

import pytest

from bot.conversation.editing import edit
from bot.conversation.schemas import AppealDraft, Heard
from routing.schemas import AppealKind

PLAIN = Heard(appeal_probability=0.95, kind=AppealKind.COMPLAINT)
SHIELDS = PLAIN.model_copy(update={"confidential": True})
NAMELESS = PLAIN.model_copy(update={"anonymous": True})
HEARD = {"what": SHIELDS}
WORDS = "楼下商铺把消防通道锁起来堆货"


def draft(**fields: object) -> AppealDraft:
    return AppealDraft(**{"kind": AppealKind.COMPLAINT, "what": "楼道灯坏了", **fields})


@pytest.mark.parametrize(("heard", "shielded"), [(PLAIN, False), (SHIELDS, True), (NAMELESS, True)])
def test_edit_shields_by_what_is_typed_anew(heard: Heard, shielded: bool) -> None:
    edited = edit(draft(), {"what": f" {WORDS} "}, {"what": heard})

    assert edited == draft(what=WORDS, confidential=shielded)


def test_edit_of_other_words_never_takes_the_shield_away() -> None:
    shielded = draft(confidential=True)

    assert edit(shielded, {"what": "路灯坏了"}, {"what": PLAIN}).confidential
    assert edit(shielded, {"when": "昨天"}, {}).confidential


def test_edit_keeps_a_tick_taken_away_while_the_words_stay() -> None:
    ticked = draft(what=WORDS, confidential=True)

    bare = edit(ticked, {"confidential": "false"}, {})
    assert not bare.confidential
    # A form may send every field each time.
    again = edit(bare, {"what": WORDS, "when": "昨天", "confidential": "false"}, HEARD)
    assert again == bare.model_copy(update={"when": "昨天"})
    # Other words are heard anew, whatever the tick that was set before them.
    other = {"what": f"{WORDS}，没人管", "confidential": "false"}
    assert edit(bare, other, HEARD).confidential


def test_edit_to_a_report_shields_whatever_is_ticked() -> None:
    report = {"kind": AppealKind.IRREGULARITY_REPORT.value}

    assert edit(draft(), report, {}).confidential
    assert edit(draft(), report | {"confidential": "false"}, {}).confidential
