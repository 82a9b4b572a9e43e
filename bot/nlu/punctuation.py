"""One form of punctuation for everything that hears intents.

Imports nothing: it runs inside Rasa. Between Chinese characters people type half-width marks as
often as full-width ones, and end a message with a mark or without; neither says what they want.
"""

from __future__ import annotations

import re

_HALF = re.compile(r"(?<![A-Za-z0-9])[,?!;:]|[,?!;:](?![A-Za-z0-9])")
_FULL = {",": "，", "?": "？", "!": "！", ";": "；", ":": "："}
_END = "。！~～….，；： "


def one_form(text: str) -> str:
    """Return ``text`` with full-width marks and none at its end but a question mark.

    A text that is nothing but marks stays as it is.
    """
    full = _HALF.sub(lambda mark: _FULL[mark[0]], text)
    return full.rstrip(_END) or text
