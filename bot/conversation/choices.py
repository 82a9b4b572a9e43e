"""Offered choices: made from matters, picked by number, by button or in words."""

import re
from collections.abc import Sequence

from bot.conversation import replies
from bot.conversation.protocols import Guides
from bot.conversation.schemas import Choice
from knowledge_base.schema import FacetName
from retrieval.wording import load_wording

# Up to twelve: an event in life has more steps than a question has meanings.
_COUNTED = r"(?P<number>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九两])"
_NUMBER = re.compile(
    rf"^(?:选|要|我选|是)?(?:第)?{_COUNTED}(?:个|项|种|号|条|步|件|样)?(?:吧|啊|的)?[。.!！]?$"
)
_CHINESE_NUMBERS = {said: at for at, said in enumerate("一二三四五六七八九十", 1)}
_CHINESE_NUMBERS |= {"两": 2, "十一": 11, "十二": 12}
# 「第二个要多少钱」: which, and what of it
_LEADING = re.compile(
    rf"^(?:那|选|就|问)?(?:第{_COUNTED}(?:个|项|种|步|件|样)|(?P<pair>前者|后者|前一个|后一个|前面那个|后面那个))"
    r"(?:呢|的|是|，|,)*(?P<rest>.{1,14})$"
)
# 「职工的那个怎么参保」: by a word of its name, and what of it
_BY_A_WORD = re.compile(
    r"^(?:那么?|选|就|问|先说|说)*(?P<word>[^，,。？?那的这]{2,8}?)的?(?:那|这)(?:个|种|项|边)(?:呢|的|，|,)*(?P<rest>.{0,14})$"
)
_TAKES = re.compile(
    r"^(?:那就|那|就|我?(?:选|要|办|是))+(?=.{2})|(?:吧|的|那[个种项类]|这[个种项类]|呢)+$"
)
_PAIR = {"前者": 0, "前一个": 0, "前面那个": 0, "后者": 1, "后一个": 1, "后面那个": 1}
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
        index = _number(number["number"])
        return choices[index - 1] if index <= len(choices) else None
    if led := _LEADING.match(said):
        return _led(choices, led)
    if said.rstrip("呢吧啊。") in _PAIR:
        return choices[_PAIR[said.rstrip("呢吧啊。")]]
    return _worded(choices, _BY_A_WORD.match(said)) or _by_its_label(choices, said)


def _by_its_label(choices: Sequence[Choice], said: str) -> Choice | None:
    """Return the choice whose label was said, or enough of it."""
    head, comma, rest = said.replace(",", "，").partition("，")
    if comma and len(load_wording().residue(rest)) <= 1 and load_wording().facet_of(rest):
        return pick(choices, head)  # 「那就换证吧，要什么材料」
    said = _TAKES.sub("", said)
    exact = [choice for choice in choices if said in {choice.label, choice.value}]
    if exact:
        return exact[0]
    holding = [choice for choice in choices if len(said) >= _SAYS_ENOUGH and said in choice.label]
    return holding[0] if len(holding) == 1 else None


def side_of(text: str) -> FacetName | None:
    """Return the side that is asked for beside a choice: 「第二个要多少钱」."""
    led = _LEADING.match(text.strip()) or _BY_A_WORD.match(text.strip())
    _, _, rest = text.replace(",", "，").partition("，")
    return load_wording().facet_of(led["rest"] if led else rest)


def _led(choices: Sequence[Choice], led: re.Match[str]) -> Choice | None:
    """Return the choice named before a question that names no matter of its own."""
    if len(load_wording().residue(led["rest"])) > 1:
        return None
    number = led["number"]
    index = _PAIR[led["pair"]] if number is None else _number(number) - 1
    return choices[index] if index < len(choices) else None


def _worded(choices: Sequence[Choice], found: re.Match[str] | None) -> Choice | None:
    """Return the one choice whose name holds the word, where nothing else is named."""
    if found is None:
        return None
    holding = [choice for choice in choices if found["word"] in choice.label]
    rest = load_wording().residue(found["rest"])
    fits = len(holding) == 1 and (len(rest) <= 1 or rest in holding[0].label)
    return holding[0] if fits else None


def _number(said: str) -> int:
    return _CHINESE_NUMBERS.get(said) or int(said)


def numbered(text: str, choices: Sequence[Choice]) -> str:
    """Return ``text`` with the choices below it, one a line, numbered from 1."""
    lines = [f"{number}. {choice.label}" for number, choice in enumerate(choices, 1)]
    return "\n".join([text, *lines])
