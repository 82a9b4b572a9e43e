"""Answers that relate matters and people: for somebody else, of two matters side by side, short."""

import re

from bot.conversation import replies
from bot.conversation.audiences import Group, audiences
from bot.conversation.cards import guide_card, source_record
from bot.conversation.choices import matter_choices, numbered
from bot.conversation.intents import Intent
from bot.conversation.offering import back_to_draft, earlier
from bot.conversation.protocols import Guides
from bot.conversation.schemas import Act, Card, Outcome, Reply, Turn
from knowledge_base.schema import FacetName, Matter
from retrieval.schemas import Answer, Decision

# Where a guide speaks of a group, in the order in which it is told.
_OF_A_GROUP = (
    FacetName.CONDITIONS,
    FacetName.MATERIALS,
    FacetName.PROCESS,
    FacetName.FEE,
    FacetName.TIME_LIMIT,
    FacetName.VALIDITY,
    FacetName.LOCATION,
    FacetName.ONLINE,
    FacetName.RESULT,
)
# What tells two matters apart when nothing more is asked.
_SIDE_BY_SIDE = (FacetName.FEE, FacetName.TIME_LIMIT)
_BASIS = re.compile(r"（依据：[^）]*）")
_NUMBERED = re.compile(r"^\d+\. ")
_SHORT_LINES = 6


class Relating:
    """Carries out those acts; pure, like the performer that calls it."""

    def __init__(self, guides: Guides) -> None:
        self._guides = guides

    def audience(self, intent: Intent | None, turn: Turn) -> Outcome:
        """Say what the guide in focus says of another group, word for word.

        Raises:
            MatterNotFoundError: the guide was withdrawn meanwhile.
        """
        wish, code = turn.wish, turn.state.focus
        assert wish is not None
        assert wish.group is not None
        assert code is not None
        group = audiences().named(wish.group)
        facets = (wish.facet,) if wish.facet is not None else _OF_A_GROUP
        told = [block for facet in facets if (block := self._of_group(code, facet, group))]
        facet = wish.facet or turn.state.facet
        matter, answer = self._guides.guide(code, facet)
        told += [
            text for text in matter.confused_with.values() if not told and group.guide.search(text)
        ]
        if told:
            text = "\n\n".join([f"{matter.title}（{group.name}）", *told])
        else:
            silent = replies.AUDIENCE_SILENT.format(
                group=group.name, phone=matter.consultation_phone
            )
            text = f"{silent}\n\n{answer.text}"
        return _about_focus(Act.AUDIENCE, intent, turn, matter, answer, text)

    def compare(self, intent: Intent | None, turn: Turn) -> Outcome:
        """Put two matters side by side, each in its guide's own words.

        Raises:
            MatterNotFoundError: a guide was withdrawn meanwhile.
        """
        wish = turn.wish
        assert wish is not None
        facets = (wish.facet,) if wish.facet is not None else _SIDE_BY_SIDE
        matters = [self._guides.matter(code) for code in wish.matters]
        blocks = [self._side(matter, facets, plain=wish.facet is None) for matter in matters]
        blocks += _apart(matters)
        choices = matter_choices(wish.matters, self._guides)
        answers = [self._guides.guide(matter.code, facets[0])[1] for matter in matters]
        cards = tuple(map(guide_card, matters, answers))
        sources = tuple(source_record(one) for answer in answers for one in answer.sources)
        state = turn.state.model_copy(
            update={
                "focus": None,
                "compared": wish.matters,
                "earlier": earlier(turn.state, None),
                "bundle": None,
                "held": None,
                "choices": () if turn.state.draft else choices,
                "choice_facet": wish.facet,
                "failures": 0,
                "unanswered": None,
                "offered": None,
                "asks": turn.state.draft.asking if turn.state.draft else None,
            }
        )
        text = "\n\n".join(blocks)
        if not turn.state.draft:
            text = f"{text}\n\n{numbered(replies.WHICH_OF_BOTH, choices[:-1])}"
        reply = Reply(text=text, cards=cards, choices=state.choices, sources=sources)
        return Outcome(
            act=Act.COMPARE,
            intent=intent,
            state=state,
            replies=(reply, *back_to_draft(state.draft)),
            decision=Decision.ANSWER,
            matter=wish.matters[0],
            facet=wish.facet,
        )

    def shorten(self, intent: Intent | None, turn: Turn, lead: str) -> Outcome:
        """Say the facet spoken of last in as few of the guide's words as carry it.

        Raises:
            MatterNotFoundError: the guide was withdrawn meanwhile.
        """
        code = turn.state.focus
        assert code is not None
        matter, answer = self._guides.guide(code, turn.state.facet)
        text = f"{lead}\n{matter.title}\n{short(answer.text, matter.title)}"
        return _about_focus(Act.SHORTEN, intent, turn, matter, answer, text)

    def _of_group(self, code: str, facet: FacetName, group: Group) -> str:
        _, answer = self._guides.guide(code, facet)
        lines = group.lines_of(_section(answer.text, facet))
        return "\n".join([f"【{facet.label}】", *lines]) if lines else ""

    def _side(self, matter: Matter, facets: tuple[FacetName, ...], *, plain: bool) -> str:
        lines = [f"■ {matter.title}", *([matter.summary] if plain else [])]
        for facet in facets:
            _, answer = self._guides.guide(matter.code, facet)
            said = _BASIS.sub("", _section(answer.text, facet)).strip()
            lines.append(f"{facet.label}：{said or replies.NOT_STATED}")
        return "\n".join(lines)


def short(text: str, title: str) -> str:
    """Return an answer's text cut to its items, or to its first sentences; nothing is added."""
    lines = [_BASIS.sub("", line).strip() for line in text.splitlines()]
    numbered_lines = [line.split("：")[0] for line in lines if _NUMBERED.match(line)]
    if numbered_lines:
        seen = dict.fromkeys(line for line in lines if line.startswith("【"))
        kept = [
            line.split("：")[0] if _NUMBERED.match(line) else line
            for line in lines
            if _NUMBERED.match(line) or line in seen
        ]
        return "\n".join(kept)
    said = [line.split("。")[0] for line in lines if line and line != title]
    return "\n".join(said[:_SHORT_LINES])


def _section(text: str, facet: FacetName) -> str:
    """Return what stands below the facet's heading; empty where the guide is silent."""
    _, found, rest = text.partition(f"【{facet.label}】\n")
    return rest.split("\n\n")[0] if found else ""


def _apart(matters: list[Matter]) -> list[str]:
    """Return how the guides themselves tell the two apart."""
    first, second = matters
    told = (first.confused_with.get(second.code), second.confused_with.get(first.code))
    return [text for text in told if text]


def _about_focus(
    act: Act, intent: Intent | None, turn: Turn, matter: Matter, answer: Answer, text: str
) -> Outcome:
    card: Card = guide_card(matter, answer)
    said = card.model_copy(update={"data": card.data | {"text": text}})
    sources = tuple(source_record(source) for source in answer.sources)
    state = turn.state.model_copy(
        update={
            "facet": answer.facet or turn.state.facet,
            "choices": (),
            "failures": 0,
            "asks": turn.state.draft.asking if turn.state.draft else None,
        }
    )
    return Outcome(
        act=act,
        intent=intent,
        state=state,
        replies=(Reply(text=text, cards=(said,), sources=sources), *back_to_draft(state.draft)),
        decision=Decision.ANSWER,
        matter=matter.code,
        facet=answer.facet,
    )
