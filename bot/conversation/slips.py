"""Slips of the keys in the words that say what a message is: 「头诉」 for 「投诉」.

Only words that name an act, and only spellings that are no words themselves. What is meant by
everything else that is mistyped, retrieval finds by its sound.
"""

import re

_SLIPS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"(?:头|偷|透)(?:诉|述|拆)|投(?:述|素|拆|溯|肃)|(?i:tou)诉|投(?i:su)|(?i:\btousu\b)"
        ),
        "投诉",
    ),
    (re.compile(r"(?:举|具|巨|聚)(?:暴|抱|爆)|(?:具|巨)报|(?i:ju)报|举(?i:bao)"), "举报"),
    (re.compile(r"转(?:人公|人共|仁工|任工)|转(?i:rengong)"), "转人工"),
    (re.compile(r"反(?:硬|印|影)(?=一下|个|问题|情况)"), "反映"),
)


def put_right(text: str) -> str:
    """Return a text with the words that name an act as they are written."""
    for slip, word in _SLIPS:
        text = slip.sub(word, text)
    return text
