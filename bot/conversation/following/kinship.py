"""How near two guides are by what the library says of them: whether one leads to the other.

「落户口呢」 after a birth certificate, 「公积金呢」 after moving the medical insurance home, 「换证
多少钱」 after a visa in the same permit: the words name half, and the matter in focus the rest.
"""

import re
from collections.abc import Iterable, Mapping

from bot.conversation.comparing import ACTION
from knowledge_base.bundles.loader import Bundles
from knowledge_base.library import Library
from knowledge_base.schema import Matter

_PAIR = 2  # characters that are compared with names
_THING = 4  # characters that two titles begin with when they are about one thing
_ALIAS = 3  # characters of a name that says enough
_DEEDS = set("换补转销变续迁领")  # one character that says what is done
_LOST = re.compile(r"丢|掉了|不见|没了|遗失|找不[到着]|被偷")
_IN_BRACKETS = re.compile(r"（.*?）")
# What is done with a thing beside the words of ``ACTION``.
_DONE = re.compile(r"转移接续|提取|报装|查询|认定|缴存|参保|领取|核发|签注|申报|使用")

Mates = Mapping[str, frozenset[str]]


def mates_of(bundles: Bundles) -> Mates:
    """Return by code the matters that stand in one event in life with it (一件事)."""
    found: dict[str, set[str]] = {}
    for bundle in bundles.all():
        codes = {step.matter for step in bundle.steps}
        for code in codes:
            found.setdefault(code, set()).update(codes - {code})
    return {code: frozenset(mates) for code, mates in found.items()}


def kin(words: str, text: str, focus: Matter, mates: Iterable[str], library: Library) -> list[str]:
    """Return the codes that ``words`` may mean beside ``focus``, the search aside."""
    said = pairs_of(words)
    near = {*mates, *focus.confused_with}
    found = []
    for code, matter in library.matters.items():
        if code == focus.code:
            continue
        named = code in near and bool(said & names_of(matter))
        if named or same_act(said, focus, matter) or same_thing(text, focus, matter):
            found.append(code)
    return found


def linked(focus: Matter, matter: Matter) -> bool:
    """Whether one of the two guides names the other."""
    return matter.code in focus.confused_with or focus.code in matter.confused_with


def same_act(said: set[str], focus: Matter, matter: Matter) -> float:
    """Return the share of the words that name another thing on which the same is done."""
    acts = _acts(focus.title) & _acts(matter.title)
    new = said & pairs_of(_thing(matter.title)) - pairs_of(focus.title)
    return len(new) / len(said) if acts and new else 0.0


def same_thing(text: str, focus: Matter, matter: Matter) -> bool:
    """Whether ``text`` asks for another deed on the thing that ``focus`` is about."""
    if focus.title[:_THING] != matter.title[:_THING]:
        return False
    asked = {deed for deed in _DEEDS if deed in text}
    if _LOST.search(text):
        asked.add("补")
    return bool(asked & set(matter.title) - set(focus.title))


def whole_name(text: str, matter: Matter) -> float:
    """Return the share of ``text`` that the longest name standing in it takes."""
    names = (name for name in (matter.title, *matter.aliases) if len(name) >= _ALIAS)
    return max((len(name) for name in names if name in text), default=0) / max(len(text), 1)


def names_of(matter: Matter) -> set[str]:
    """Return the pairs of characters that the names of a guide hold."""
    return pairs_of(" ".join((matter.title, *matter.aliases)))


def pairs_of(text: str) -> set[str]:
    """Return every two characters of ``text`` that follow each other."""
    return {text[at : at + _PAIR] for at in range(len(text) - 1)}


def _acts(title: str) -> set[str]:
    bare = _IN_BRACKETS.sub("", title)
    return {found[0] for acts in (ACTION, _DONE) for found in acts.finditer(bare)}


def _thing(title: str) -> str:
    return _DONE.sub("", ACTION.sub("", _IN_BRACKETS.sub("", title)))
