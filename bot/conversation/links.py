"""What the cards lead to, for channels that show text only."""

from bot.conversation import replies
from bot.conversation.transcript import Entry

_LED_TO = frozenset({"notice", "checklist", "bundle", "bundle_hint"})


def link_lines(entry: Entry, base_url: str) -> list[str]:
    """Return one line for each page that an entry's cards lead to.

    Args:
        entry: what was said.
        base_url: address of the site without a last slash; "" gives paths.
    """
    return [
        f"{link['label']}：{base_url}{link['href']}"
        for card in entry.cards
        if card.type in _LED_TO
        for link in card.data["links"]
    ]


def offer_lines(entry: Entry) -> list[str]:
    """Return what is offered after an answer on a matter that is new in the conversation."""
    offers = [card.data for card in entry.cards if card.type == "guide" and card.data.get("offers")]
    if any(one.get("guided") for one in offers):
        return [replies.OFFER_GUIDANCE]
    return [replies.OFFER_NOTICE] if offers else []
