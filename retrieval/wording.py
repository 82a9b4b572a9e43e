"""The wording data: facet patterns, fillers, question marks and synonyms, compiled once."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge_base.schema import Audience, FacetName
from knowledge_base.yaml_files import parse_yaml

_NAMES_A_MATTER = 2  # characters that must be left
_CLAUSE = re.compile(r"[^，,。！!？?；;\n]+")
_HERE = Path(__file__).parent
WORDING_FILE = _HERE / "wording.yml"
SYNONYMS_FILE = _HERE / "city" / "synonyms.yml"


@dataclass(frozen=True)
class Wording:
    """How people word their questions."""

    facets: tuple[tuple[FacetName, re.Pattern[str]], ...]  # first match wins
    hints: tuple[tuple[FacetName, re.Pattern[str]], ...]  # weaker, asked where no facet fits
    follow_up: re.Pattern[str]
    filler: re.Pattern[str]
    question: re.Pattern[str]
    asking: re.Pattern[str]  # any of the above: what makes a clause one that asks
    audience: tuple[tuple[Audience, re.Pattern[str]], ...]
    synonyms: dict[str, str]  # what people say → the guides' word
    typed_words: tuple[str, ...]  # recognised when typed in Latin letters, like the guides' words
    typed_singles: dict[str, str]  # syllable → character
    synonym: re.Pattern[str]  # any word of the bank, longest first; the guides' own stay

    def facet_of(self, text: str) -> FacetName | None:
        """Return the facet that ``text`` asks about; of several clauses the last that asks.

        Where none has a plain word for a facet, what leans towards one counts.
        """
        for clause in reversed(_CLAUSE.findall(text)):
            for facet, pattern in self.facets:
                if pattern.search(clause):
                    return facet
        return next((facet for facet, pattern in self.hints if pattern.search(text)), None)

    def with_guide_words(self, text: str) -> str:
        """Return ``text`` with colloquial and regional words put into the guides' own."""
        return self.synonym.sub(lambda match: self.synonyms.get(match[0], match[0]), text)

    def audience_of(self, text: str) -> Audience | None:
        """Return who would apply, where exactly one is named."""
        found = [audience for audience, pattern in self.audience if pattern.search(text)]
        return found[0] if len(found) == 1 else None

    def without_facets(self, text: str) -> str:
        """Return ``text`` without the words that ask for a side of a guide.

        「想领结婚证需要带什么证件」 stands nearer to every guide that asks what to bring than to
        领结婚证. Where no matter is left, the text stays as it is.
        """
        if len(self.residue(text)) < _NAMES_A_MATTER:
            return text
        for _, pattern in self.facets:
            text = pattern.sub("", text)
        return text

    def residue(self, text: str) -> str:
        """Return what is left of ``text`` without facet words and fillers: the matter's words."""
        for _, pattern in self.facets:
            text = pattern.sub(" ", text)
        return re.sub(r"[\W_]+", "", self.filler.sub(" ", text))


@lru_cache(maxsize=1)
def load_wording() -> Wording:
    """Read both files, once."""
    data: dict[str, Any] = parse_yaml(WORDING_FILE.read_text(encoding="utf-8"))
    bank: dict[str, list[str]] = parse_yaml(SYNONYMS_FILE.read_text(encoding="utf-8"))
    pairs = {said: word for word, variants in bank.items() for said in variants}
    return Wording(
        facets=tuple((FacetName(name), _any(lines)) for name, lines in data["facets"].items()),
        hints=tuple((FacetName(name), _any(lines)) for name, lines in data["hints"].items()),
        follow_up=_any(data["follow_up"]),
        filler=_any(data["fillers"]),
        question=_any(data["questions"]),
        asking=_any(
            [
                line
                for lines in (data["questions"], *data["facets"].values(), *data["hints"].values())
                for line in lines
            ]
        ),
        audience=tuple((Audience(name), _any(words)) for name, words in data["audience"].items()),
        synonyms=pairs,
        typed_words=tuple(data["typed"]["words"]),
        typed_singles=data["typed"]["singles"],
        synonym=_any(sorted(map(re.escape, {*pairs, *bank}), key=len, reverse=True)),
    )


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
