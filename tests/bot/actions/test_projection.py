"""Rasa's slots mirror the draft."""

from typing import Any

from rasa_sdk import Tracker

from bot.actions.projection import projection_events
from bot.conversation.schemas import AppealDraft, Slot
from routing.schemas import AppealKind

LISTEN = {"event": "followup", "timestamp": None, "name": "action_listen"}


def tracker(active: bool, **slots: Any) -> Tracker:
    loop = {"name": "appeal_form"} if active else {}
    return Tracker("s", slots, {}, [], False, None, loop, "action_listen")


def slot(name: str, value: str | None) -> dict[str, Any]:
    return {"event": "slot", "timestamp": None, "name": name, "value": value}


def test_projection_brings_the_form_back_on_a_fresh_tracker() -> None:
    draft = AppealDraft(
        kind=AppealKind.COMPLAINT, what="油烟", where="文渊阁小区", asking=Slot.WHEN
    )

    assert projection_events(draft, tracker(active=False)) == [
        {"event": "active_loop", "timestamp": None, "name": "appeal_form"},
        slot("appeal_what", "油烟"),
        slot("appeal_where", "文渊阁小区"),
        slot("requested_slot", "appeal_when"),
        LISTEN,
    ]


def test_projection_writes_what_changed_and_always_one_slot() -> None:
    draft = AppealDraft(
        kind=AppealKind.COMPLAINT, what="油烟", contact_refused=True, asking=Slot.CONFIRM
    )

    assert projection_events(draft, tracker(active=True, appeal_what="油烟")) == [
        slot("appeal_what", "油烟"),
        slot("appeal_contact", "不留"),
        slot("requested_slot", "appeal_confirm"),
        LISTEN,
    ]


def test_projection_closes_the_form_when_the_draft_is_gone() -> None:
    events = projection_events(None, tracker(active=True, appeal_what="油烟", appeal_when="昨晚"))

    assert events == [
        slot("appeal_what", None),
        slot("appeal_when", None),
        slot("requested_slot", None),
        LISTEN,
    ]


def test_projection_leaves_an_idle_tracker_idle() -> None:
    assert projection_events(None, tracker(active=False)) == [slot("appeal_what", None), LISTEN]
