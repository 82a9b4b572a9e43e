"""Guides and questions so alike that one answer would be taken for the other.

The thresholds were set on the shipped library of 260 guides: each stands above its most alike pair
and below the copies made of every guide with words replaced at random.
"""

from collections.abc import Iterator, Mapping, Sequence

from foundation.text.normalise import normalise
from knowledge_base.checks.alike import alike_texts
from knowledge_base.checks.findings import Finding, Rule
from knowledge_base.checks.guides import CheckedGuide, Guides, per_guide
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


Bigrams = frozenset[str]


def shared_aliases(guides: Guides, focus: CheckedGuide | None = None) -> Iterator[Finding]:
    """Yield each title, alias or question that two matters have in almost the same words.

    With ``focus``: only those that this guide shares with another.
    """
    said = [(text, guide.code) for guide in guides for text in _asked_texts(guide)]
    own = None if focus is None else [i for i, one in enumerate(said) if one[1] == focus.code]
    for first, second in alike_texts([text for text, _ in said], SIMILAR_ALIASES, own):
        (text, code), (other_text, other_code) = said[first], said[second]
        if code != other_code:
            yield Finding(
                code,
                "aliases",
                f"“{text}”与 {other_code} 的“{other_text}”几乎相同",
                "只留给真正对应的事项，另一处换成能区分的说法",
                Rule.NEAR_DUPLICATE,
            )


@per_guide
def _asked_texts(guide: CheckedGuide) -> tuple[str, ...]:
    matter = guide.matter
    said = dict.fromkeys((matter.title, *matter.aliases, *matter.sample_questions))
    return tuple(map(normalise, said))


def similar_guides(guides: Guides, focus: CheckedGuide | None = None) -> Iterator[Finding]:
    """Yield each pair of guides that are asked for, or read, almost alike."""
    asked = [(guide, _asked_bigrams(guide)) for guide in guides]
    for first, second, score in _pairs(asked, SIMILAR_ASKING, focus):
        message = f"名称和问法与 {second.code} {second.title} 有 {score:.0%} 相同"
        yield _like(first, "title", message, "合并成一个事项，或换成能区分的问法")
    spoken = [(guide, _spoken_bigrams(guide)) for guide in guides]
    for first, second, score in _pairs(spoken, SIMILAR_GUIDES, focus):
        message = f"全文与 {second.code} {second.title} 有 {score:.0%} 相同"
        yield _like(first, "summary", message, "合并成一个事项，或写出各自的内容")


def similar_facets(guides: Guides, focus: CheckedGuide | None = None) -> Iterator[Finding]:
    """Yield each facet that two guides state in almost the same words."""
    for facet in _COMPARED:
        stated = [(guide, found) for guide in guides if (found := _facet_bigrams(guide).get(facet))]
        for first, second, score in _pairs(stated, SIMILAR_FACETS, focus):
            message = f"{facet.label}与 {second.code} {second.title} 有 {score:.0%} 相同"
            repair = "核对是否抄自另一事项；确实相同的写出本事项的特点"
            yield _like(first, facet.value, message, repair)


def _like(matter: Matter, field: str, message: str, repair: str) -> Finding:
    return Finding(matter.code, field, message, repair, Rule.NEAR_DUPLICATE)


@per_guide
def _asked_bigrams(guide: CheckedGuide) -> Bigrams:
    matter = guide.matter
    return bigrams("".join((matter.title, *matter.aliases, *matter.sample_questions)))


@per_guide
def _spoken_bigrams(guide: CheckedGuide) -> Bigrams:
    spoken = (said.text for said in guide.words if not said.is_asked and said.path[0] != "location")
    return bigrams("\n".join(spoken))


@per_guide
def _facet_bigrams(guide: CheckedGuide) -> Mapping[FacetName, Bigrams]:
    """Return those of each compared facet that is long enough."""
    parts: dict[str, list[str]] = {facet.value: [] for facet in _COMPARED}
    for said in guide.words:
        if said.path[0] in parts:
            parts[str(said.path[0])].append(said.text)
    texts = {facet: "\n".join(parts[facet.value]) for facet in _COMPARED}
    return {facet: bigrams(text) for facet, text in texts.items() if len(text) >= SHORTEST_FACET}


_Compared = tuple[CheckedGuide, Bigrams]


def _pairs(
    compared: Sequence[_Compared], threshold: float, focus: CheckedGuide | None
) -> Iterator[tuple[Matter, Matter, float]]:
    """Yield the pairs at least so alike, in the library's order; of ``focus`` only, if given."""
    place = {guide.code: at for at, (guide, _) in enumerate(compared)}
    for (one, own), (two, others) in _near_in_size(compared, threshold, focus):
        score = dice(own, others)
        if score >= threshold:
            first, second = (one, two) if place[one.code] < place[two.code] else (two, one)
            yield first.matter, second.matter, score


def _near_in_size(
    compared: Sequence[_Compared], threshold: float, focus: CheckedGuide | None
) -> Iterator[tuple[_Compared, _Compared]]:
    """Yield the pairs that can be so alike: even if the smaller lay wholly within the larger."""
    if focus is not None:
        for own in (one for one in compared if one[0] is focus):
            for other in compared:
                small, large = sorted((len(own[1]), len(other[1])))
                if other is not own and 2 * small >= threshold * (small + large):
                    yield own, other
        return
    by_size = sorted(compared, key=_size)
    for at, one in enumerate(by_size):
        for other in by_size[at + 1 :]:
            # Too small for this one, so for all after.
            if 2 * _size(one) < threshold * (_size(one) + _size(other)):
                break
            yield one, other


def _size(entry: _Compared) -> int:
    return len(entry[1])


def bigrams(text: str) -> Bigrams:
    """Return the pairs of neighbouring characters of a text."""
    plain = normalise(text)
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1))


def dice(one: Bigrams, other: Bigrams) -> float:
    """Return twice what both hold by all they hold: 1 for the same set, 0 for nothing shared."""
    return 2 * len(one & other) / max(len(one) + len(other), 1)
