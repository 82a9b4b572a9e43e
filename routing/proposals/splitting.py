"""Several issues in one text: the parts on which different bodies must act.

Careful on purpose: a part stands for itself only where the citizen says that something else follows
(另外, 还有, 第二), where it tells of an issue of its own, and where routing is sure of its body. A
ticket too few is split by a dispatcher in one step; one too many goes to a body for nothing.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from routing.extraction.places import LocatedPlace
from routing.schemas import Outcome, Proposal, ProposedPart

LONGEST = 1_000  # characters; a longer story is read by a person
AT_MOST = 4
_LEAST = 6  # characters that can tell of an issue: 路灯坏了三盏
# Of 300 pairs of appeals for two bodies, and of the single ones: docs/benchmarks/routing.md.
_SURE = 0.8
_APPEAL = 0.6
_CATEGORY = 0.4

_NUMBERED = r"(?:第?[一二三四](?:是|个问题是?|件事是?|[、，,：:])|[1-4][、.．：:)）](?!\d)|[①②③④])"
_LINK = (
    r"(?:另外|此外|除此之外|除此以外|同时|还有(?:就是|一个(?:问题|事)?|一件事?|个事)?|再就是|再一个|再有"
    r"|顺便(?:说一下|反映一下|反映|投诉)?|顺带|其次|对了)"
)
_STOP = r"[，,。！!？?；;、\n\s]+"
_CUT = re.compile(
    rf"{_STOP}(?={_LINK}|{_NUMBERED})|(?<=[^，,。！!？?；;、\n\s])(?=另外(?!一?[个件家处位]|的)|此外)"
)
_LEAD_IN = re.compile(
    rf"^(?:{_LINK}|{_NUMBERED})*[，,、：:\s]*(?:我(?:还|也)?(?:想|要)(?:再)?(?:反映|投诉|举报|说)(?:一下)?)?[，,：:\s]*"
)
# Begins with somebody or something that only the part before names.
_LEANS = re.compile(r"^(?:他|她|它|该|这|那|此|其|上述|也|都|又|而且|对方|老板|店家|里面|并)")


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    proposal: Proposal


def pieces_of(text: str) -> list[str]:
    """Return what may stand for itself, linking words left out; one where nothing links."""
    if len(text) > LONGEST:
        return [text]
    found: list[str] = []
    for cut in _CUT.split(text):
        bare = _LEAD_IN.sub("", cut).strip(" ，,。；;、\n")
        if not bare:
            continue
        if found and (_LEANS.match(bare) or len(bare) < _LEAST):
            found[-1] = f"{found[-1]}，{bare}"
        else:
            found.append(bare)
    return found


def parts_of(text: str, propose: Callable[[str], Proposal]) -> tuple[ProposedPart, ...]:
    """Return the issues of ``text`` in its order; none where it is one thing, or may be.

    Args:
        text: what the citizen said; placeholders may stand for personal data.
        propose: who handles one part, with the place of the whole where it names none.
    """
    pieces = pieces_of(text)
    if not 1 < len(pieces) <= AT_MOST:
        return ()
    read = [_Piece(piece, propose(piece)) for piece in pieces]
    if not _stands_alone(read[0].proposal):
        return ()
    groups: list[list[_Piece]] = []
    for piece in read:
        if groups and not _is_other(groups, piece):
            groups[_home(groups, piece)].append(piece)
        else:
            groups.append([piece])
    if len(groups) == 1:
        return ()
    return tuple(ProposedPart(*_together(group, propose)) for group in groups)


def place_of_part(own: LocatedPlace, whole: LocatedPlace) -> LocatedPlace:
    """Return where a part is: where it says, in the district of the whole unless it names one."""
    if own.said is None:
        return whole
    district = own.district or whole.district
    subdistrict = own.subdistrict or (whole.subdistrict if district == whole.district else None)
    return LocatedPlace(own.said, district, subdistrict)


def _is_other(groups: Sequence[Sequence[_Piece]], piece: _Piece) -> bool:
    """Whether a piece is an issue of its own for a body that has none of the others."""
    return _stands_alone(piece.proposal) and all(
        _body(group[0].proposal) != _body(piece.proposal) for group in groups
    )


def _home(groups: Sequence[Sequence[_Piece]], piece: _Piece) -> int:
    """Return where a piece belongs: with the issue of its body, else with what stands before it."""
    body = _body(piece.proposal) if _stands_alone(piece.proposal) else None
    same = (i for i, group in enumerate(groups) if body and _body(group[0].proposal) == body)
    return next(same, len(groups) - 1)


def _stands_alone(proposal: Proposal) -> bool:
    reading = proposal.reading
    return (
        proposal.outcome in {Outcome.TICKET, Outcome.ASK_PLACE}
        and not proposal.needs_dispatcher
        and proposal.confidence >= _SURE
        and reading.appeal_probability >= _APPEAL
        and reading.category_probability >= _CATEGORY
        and _body(proposal) is not None
    )


def _body(proposal: Proposal) -> str | None:
    """Return who leads; where the place decides, the body that stands for it."""
    if proposal.lead is not None:
        return proposal.lead
    return proposal.candidates[0].code if proposal.candidates else None


def _together(group: Sequence[_Piece], propose: Callable[[str], Proposal]) -> tuple[str, Proposal]:
    if len(group) == 1:
        return group[0].text, group[0].proposal
    text = "；".join(piece.text for piece in group)
    proposal = propose(text)
    # Told together they may read as something else: the first one's body stays.
    return text, proposal if _body(proposal) == _body(group[0].proposal) else group[0].proposal
