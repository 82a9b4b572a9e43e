"""Legal bases as lists write them: ``【法律】《…法》第十条：…；《…条例》``."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

Json = Any  # the JSON edge: a legal reference
_NUMERALS = "一二三四五六七八九"
# Between the title and its article: the document's number, or when it was made.
_ARTICLE = re.compile(
    r"(?:[（(][^）)《》]{0,60}[）)])?[^《》；;。\n第]{0,6}第([\d一二三四五六七八九十百千零]+)条"
)
_STATE = "中华人民共和国"


def laws_in(text: str, known: Container[str] = frozenset()) -> list[dict[str, Json]]:
    """Return the laws that a text names, each with its article where it follows at once.

    Args:
        text: of the list.
        known: full titles; a title without 中华人民共和国 that is known with it is completed.
    """
    found: list[dict[str, Json]] = []
    for title, end in _titles(text):
        name = title if title in known or _STATE + title not in known else _STATE + title
        match = _ARTICLE.match(text, end)
        reference = {"law": name}
        if match is not None:
            reference["article"] = f"第{_chinese(match[1])}条"
        if reference not in found:
            found.append(reference)
    return found


def _titles(text: str) -> Iterator[tuple[str, int]]:
    """Yield every title between 《》 with the place where it ends; a title may quote another."""
    depth = begin = 0
    for place, character in enumerate(text):
        if character == "《":
            begin = begin if depth else place + 1
            depth += 1
        elif character == "》" and depth:
            depth -= 1
            if not depth and text[begin:place].strip():
                yield text[begin:place].strip(), place + 1


def law_list(text: str) -> list[dict[str, Json]]:
    """Return the laws of a text that ``law_text`` wrote: all between two titles is the article."""
    titles = list(_titles(text))
    ends = [text.index("《", end) if "《" in text[end:] else len(text) for _, end in titles]
    found = []
    for (title, end), stop in zip(titles, ends, strict=True):
        article = text[end:stop].strip(" 、；;，,\n")
        found.append({"law": title, "article": article} if article else {"law": title})
    return found


def law_text(references: Sequence[Mapping[str, Json]]) -> str:
    """Return references as ``laws_in`` reads them."""
    return "、".join(f"《{one['law']}》{one.get('article') or ''}" for one in references)


def _chinese(number: str) -> str:
    """Return an article's number in Chinese numerals; below ten thousand."""
    if not number.isdecimal():
        return number
    words, zero = "", False
    for place, digit in zip(range(len(number) - 1, -1, -1), number, strict=True):
        if digit == "0":
            zero = bool(words)
            continue
        words += ("零" if zero else "") + _NUMERALS[int(digit) - 1] + ("", "十", "百", "千")[place]
        zero = False
    return words.removeprefix("一") if words.startswith("一十") else words
