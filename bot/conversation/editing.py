"""A draft changed by hand, at an operator's desk or on the card in the chat."""

from collections.abc import Mapping

from bot.conversation.schemas import AppealDraft, Heard
from routing.schemas import AppealKind


def edit(draft: AppealDraft, changes: Mapping[str, str], heard: Mapping[str, Heard]) -> AppealDraft:
    """Set fields by hand; ``heard`` is the reading of the words typed anew, by their field."""
    update: dict[str, object] = {
        name: changes[name].strip() for name in ("what", "when") if name in changes
    }
    if "where" in changes:
        update["where"] = changes["where"].strip() or None
        update["district"] = heard["where"].district if "where" in heard else None
    if "kind" in changes:
        update["kind"] = AppealKind(changes["kind"])
    if "joined" in changes:
        update["joined"] = changes["joined"] == "true"
    if "contact" in changes:
        contact = changes["contact"].strip() or None
        update |= {"contact": contact, "contact_refused": contact is None}
    edited = draft.model_copy(update=update)
    return edited.model_copy(update={"confidential": _shielded(draft, edited, changes, heard)})


def _shielded(
    draft: AppealDraft, edited: AppealDraft, changes: Mapping[str, str], heard: Mapping[str, Heard]
) -> bool:
    """Whether the edited draft is confidential: as ticked, or as what was typed anew has it."""
    # A report stays confidential whatever is ticked.
    if edited.kind is AppealKind.IRREGULARITY_REPORT:
        return True
    typed = heard.get("what")
    # Heard at the bar of what is said. The same words sent again leave a tick as it was set.
    if typed is not None and edited.what != draft.what and (typed.confidential or typed.anonymous):
        return True
    return changes["confidential"] == "true" if "confidential" in changes else draft.confidential
