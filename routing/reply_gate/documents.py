"""Document numbers (文号) in a reply, held against those that the knowledge base knows."""

import re
from collections.abc import Iterable, Iterator, Mapping

# 国办发〔2020〕53号, 国务院令第765号; brackets of every kind are taken as 〔〕.
_BRACKETED = re.compile(
    r"(?P<before>[\u4e00-\u9fffA-Za-z]{0,14})[〔\[【（(［](?P<year>(?:19|20)\d{2})[〕\]】）)］]\s*"
    r"第?\s*(?P<serial>\d{1,5})\s*号"
)
_DECREE = re.compile(r"(?P<before>[\u4e00-\u9fff]{0,14}?)令第?\s*(?P<serial>\d{1,4})\s*号")
_TITLE_BEFORE = re.compile(r"《(?P<title>[^《》]{2,60})》\s*[（(]?\s*$")
_SHORTEST_ISSUER = 2

Number = tuple[str, str]  # what stands before, and the rest in its one form


class KnownDocuments:
    """The document numbers that may be cited, each with its title."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        """Take ``titles``: number as written in the data (may hold several) → title."""
        self._titles: dict[str, list[tuple[str, str]]] = {}
        for written, title in titles.items():
            for _, (before, rest) in numbers_in(written):
                self._titles.setdefault(rest, []).append((before, title))

    def title_of(self, number: Number) -> str | None:
        """Return the title of the document cited, or ``None`` where no such number is known."""
        before, rest = number
        for known, title in self._titles.get(rest, ()):
            if before.endswith(known) or (
                len(before) >= _SHORTEST_ISSUER and known.endswith(before)
            ):
                return title
        return None


def numbers_in(text: str) -> Iterator[tuple[re.Match[str], Number]]:
    """Yield each document number of ``text``: where it stands, and its parts."""
    for match in _BRACKETED.finditer(text):
        yield match, (match["before"], f"〔{match['year']}〕{int(match['serial'])}号")
    for match in _DECREE.finditer(text):
        yield match, (match["before"], f"令第{int(match['serial'])}号")


def same_numbers(texts: Iterable[str]) -> frozenset[str]:
    """Return the numbers, without what stands before them, that ``texts`` cite."""
    return frozenset(rest for text in texts for _, (_, rest) in numbers_in(text))


def title_before(text: str, at: int) -> str | None:
    """Return the title 《…》 that stands right before position ``at``."""
    found = _TITLE_BEFORE.search(text[:at])
    return None if found is None else found["title"]
