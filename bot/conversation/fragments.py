"""Telling a sentence that is still being typed from one that is done."""

import re
from collections.abc import Sequence

from bot.conversation.schemas import DialogueState

# A citizen who breaks a sentence over two messages sends the rest within this time.
FRAGMENT_WAIT_SECONDS = 1.5
_UNFINISHED = re.compile(
    r"(?:[，,、：:…]|\.{2,}|然后|因为|还有|就是|但是|而且|那个|我想问|想问一下|我要说)$"
)


def is_fragment(texts: Sequence[str], state: DialogueState) -> bool:
    """Whether what was said so far breaks off; an answer to an open question never does."""
    if state.asks is not None or not texts:
        return False
    return bool(_UNFINISHED.search(texts[-1].strip()))
