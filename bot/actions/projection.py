"""Rasa's slots as a projection of the draft the service owns; rebuilt whenever they differ."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from bot.conversation.schemas import AppealDraft, Slot

FORM = "appeal_form"
_REQUESTED = "requested_slot"
_SLOT_NAMES = {
    Slot.WHAT: "appeal_what",
    Slot.WHERE: "appeal_where",
    Slot.WHEN: "appeal_when",
    Slot.CONTACT: "appeal_contact",
    Slot.CONFIRM: "appeal_confirm",
}
_REFUSED = "不留"


def projection_events(draft: AppealDraft | None, tracker: Tracker) -> list[dict[str, Any]]:
    """Return the events after which Rasa's form mirrors ``draft``.

    Also on a fresh tracker: an open draft brings the form back, a closed one ends it. The last
    event makes Rasa listen without asking its policies once more.
    """
    slots = _slots_of(draft)
    # The form takes an unchanged answer for a failed one: one slot is always set.
    events = [
        SlotSet(name, value)
        for name, value in slots.items()
        if name == "appeal_what" or value != tracker.slots.get(name)
    ]
    active = (tracker.active_loop or {}).get("name") == FORM
    if active or draft is not None:
        events.append(SlotSet(_REQUESTED, _requested(draft)))
    if not active and draft is not None:
        events.insert(0, ActiveLoop(FORM))
    return [*events, FollowupAction("action_listen")]


def _slots_of(draft: AppealDraft | None) -> dict[str, str | None]:
    if draft is None:
        return dict.fromkeys(_SLOT_NAMES.values())
    return {
        "appeal_what": draft.what or None,
        "appeal_where": draft.where,
        "appeal_when": draft.when,
        "appeal_contact": _REFUSED if draft.contact_refused else draft.contact,
        "appeal_confirm": None,
    }


def _requested(draft: AppealDraft | None) -> str | None:
    if draft is None:
        return None
    return _SLOT_NAMES.get(draft.asking or Slot.WHAT, "appeal_what")
