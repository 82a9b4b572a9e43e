"""Guides and questions so alike that one answer would be taken for the other.

The thresholds were set on the shipped library of 260 guides: each stands above its most alike pair
and below the copies made of every guide with words replaced at random.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from rapidfuzz import fuzz, process

from foundation.text.normalise import normalise
from knowledge_base.checks.findings import Finding, Rule
from knowledge_base.checks.words import words_of
from knowledge_base.schema import FacetName, Matter

# rapidfuzz ratio: one character in twenty may differ; in a shorter phrase one character (换, 补)
# is often what tells two matters apart.
SIMILAR_ALIASES = 95.0
# Dice over character bigrams of title, aliases and questions. Most alike of the shipped guides:
# 0.39 (职工医保 and 养老保险 of the freelance); the least alike copy with one word in five
# replaced: 0.56.
SIMILAR_ASKING = 0.55
# The same over all that a guide says but its places. Shipped: 0.59 (护照换发, 护照补发); a copy
# with one word in ten replaced: 0.77.
SIMILAR_GUIDES = 0.70
# The same over one facet. Shipped: 0.79 (conditions of the two kinds of taxi drivers); half of the
# copies with one word in ten replaced: 0.86. Shorter facets state one rule of law in its words.
SIMILAR_FACETS = 0.85
SHORTEST_FACET = 60  # characters

# Guides share their service points and their laws by right.
_COMPARED = tuple(
    facet for facet in FacetName if facet not in {FacetName.LOCATION, FacetName.LEGAL_BASIS}
)


def shared_aliases(matters: Sequence[Matter]) -> Iterator[Finding]:
    """Yield each title, alias or question that two matters have in almost the same words."""
    said = [
        (normalise(alias), matter.code)
        for matter in matters
        for alias in dict.fromkeys((matter.title, *matter.aliases, *matter.sample_questions))
    ]
    texts = [text for text, _ in said]
    scores = process.cdist(
        texts, texts, scorer=fuzz.ratio, score_cutoff=SIMILAR_ALIASES, dtype=np.uint8
    )
    for row, column in np.argwhere(np.triu(scores, k=1) > 0):
        (text, code), (other_text, other_code) = said[row], said[column]
        if code != other_code:
            yield Finding(
                code,
                "aliases",
                f"“{text}”与 {other_code} 的“{other_text}”几乎相同",
                "只留给真正对应的事项，另一处换成能区分的说法",
                Rule.NEAR_DUPLICATE,
            )


def similar_guides(matters: Sequence[Matter]) -> Iterator[Finding]:
    """Yield each pair of guides that are asked for, or read, almost alike."""
    asked = ["".join((m.title, *m.aliases, *m.sample_questions)) for m in matters]
    for first, second, score in _pairs(asked, SIMILAR_ASKING):
        other = matters[second]
        message = f"名称和问法与 {other.code} {other.title} 有 {score:.0%} 相同"
        yield _like(matters[first], "title", message, "合并成一个事项，或换成能区分的问法")
    spoken = [_whole(matter) for matter in matters]
    for first, second, score in _pairs(spoken, SIMILAR_GUIDES):
        other = matters[second]
        message = f"全文与 {other.code} {other.title} 有 {score:.0%} 相同"
        yield _like(matters[first], "summary", message, "合并成一个事项，或写出各自的内容")


def similar_facets(matters: Sequence[Matter]) -> Iterator[Finding]:
    """Yield each facet that two guides state in almost the same words."""
    texts = [_facet_texts(matter) for matter in matters]
    for facet in _COMPARED:
        stated = [
            (matter, by_facet[facet])
            for matter, by_facet in zip(matters, texts, strict=True)
            if len(by_facet[facet]) >= SHORTEST_FACET
        ]
        for first, second, score in _pairs([text for _, text in stated], SIMILAR_FACETS):
            other = stated[second][0]
            message = f"{facet.label}与 {other.code} {other.title} 有 {score:.0%} 相同"
            repair = "核对是否抄自另一事项；确实相同的写出本事项的特点"
            yield _like(stated[first][0], facet.value, message, repair)


def _like(matter: Matter, field: str, message: str, repair: str) -> Finding:
    return Finding(matter.code, field, message, repair, Rule.NEAR_DUPLICATE)


def _whole(matter: Matter) -> str:
    return "\n".join(
        said.text for said in words_of(matter) if not said.is_asked and said.path[0] != "location"
    )


def _facet_texts(matter: Matter) -> dict[FacetName, str]:
    parts: dict[str, list[str]] = {facet.value: [] for facet in _COMPARED}
    for said in words_of(matter):
        if said.path[0] in parts:
            parts[str(said.path[0])].append(said.text)
    return {facet: "\n".join(parts[facet.value]) for facet in _COMPARED}


def _pairs(texts: Sequence[str], threshold: float) -> Iterator[tuple[int, int, float]]:
    """Yield the pairs of positions, lower first, whose texts are at least so alike."""
    sized = sorted(((bigrams(text), at) for at, text in enumerate(texts)), key=_size)
    for place, (one, first) in enumerate(sized):
        for other, second in sized[place + 1 :]:
            # Even if it lay wholly within the larger one, it would be too small; so for all after.
            if 2 * len(one) < threshold * (len(one) + len(other)):
                break
            score = dice(one, other)
            if score >= threshold:
                yield min(first, second), max(first, second), score


def _size(entry: tuple[frozenset[str], int]) -> int:
    return len(entry[0])


def bigrams(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters of a text."""
    plain = normalise(text)
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1))


def dice(one: frozenset[str], other: frozenset[str]) -> float:
    """Return twice what both hold by all they hold: 1 for the same set, 0 for nothing shared."""
    return 2 * len(one & other) / max(len(one) + len(other), 1)
