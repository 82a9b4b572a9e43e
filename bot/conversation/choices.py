"""Offered choices: made from matters, picked by number, by button or in words."""

import re
from collections.abc import Sequence

from bot.conversation import replies
from bot.conversation.protocols import Guides
from bot.conversation.schemas import Choice

_NUMBER = re.compile(
    r"^(?:选|要|我选|是)?(?:第)?(?P<number>[1-9一二三四五两])(?:个|项|种|号|条)?(?:吧|啊|的)?[。.!！]?$"
)
_CHINESE_NUMBERS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_NONE = re.compile(r"都不是|没有我要的|都不对|以上都不")
_SAYS_ENOUGH = 2  # characters of a label that single it out


def matter_choices(codes: Sequence[str], guides: Guides) -> tuple[Choice, ...]:
    """Return one choice per guide or policy answer and a last "none of them"."""
    titles = [(code, guides.title(code)) for code in codes]
    offered = tuple(Choice(label=title, value=title, code=code) for code, title in titles)
    return (*offered, Choice(label=replies.NONE_OF_THEM, value=replies.NONE_OF_THEM))


def pick(choices: Sequence[Choice], text: str) -> Choice | None:
    """Return the choice that ``text`` picks, or ``None`` when it picks none for certain."""
    if not choices:
        return None
    said = text.strip()
    if _NONE.search(said):
        return choices[-1]
    if number := _NUMBER.match(said):
        index = _CHINESE_NUMBERS.get(number["number"]) or int(number["number"])
        return choices[index - 1] if index <= len(choices) else None
    exact = [choice for choice in choices if said in {choice.label, choice.value}]
    if exact:
        return exact[0]
    holding = [choice for choice in choices if len(said) >= _SAYS_ENOUGH and said in choice.label]
    return holding[0] if len(holding) == 1 else None


def numbered(text: str, choices: Sequence[Choice]) -> str:
    """Return ``text`` with the choices below it, one a line, numbered from 1."""
    lines = [f"{number}. {choice.label}" for number, choice in enumerate(choices, 1)]
    return "\n".join([text, *lines])
