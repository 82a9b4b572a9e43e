"""What a message asks after a matter was spoken of: of that one, of another, or of none."""

import re
from dataclasses import dataclass
from typing import Protocol

from bot.conversation.following.features import Said, asked_part
from bot.conversation.following.kinship import Mates
from bot.conversation.following.reader import read_following
from bot.conversation.schemas import Turn, Wish
from bot.conversation.staying import Stay, may_follow, side, words_of
from foundation.errors import NotFoundError
from knowledge_base.library import Library
from knowledge_base.schema import MATTER_CODE, FacetName, Matter
from retrieval.schemas import Answer, Decision
from retrieval.weighing import Weighed

# From which the reading is followed: where the rules found nothing, where they stay with the
# matter in focus, and where they found another or a wish; measured in docs/decisions/0028.
_SURE, _SURER, _SUREST = 0.4, 0.7, 0.85
_LONGEST = 30  # characters: more tells a story of its own


class Asking(Protocol):
    """Retrieval as far as it is needed here."""

    @property
    def library(self) -> Library:
        """The library of this moment."""
        ...

    def matter(self, code: str) -> Matter:
        """Return a public guide; raises ``MatterNotFoundError``."""
        ...

    def weigh(self, text: str) -> Weighed:
        """Return how near every guide comes to ``text``."""
        ...


@dataclass(frozen=True, slots=True)
class Followed:
    """The matter that is meant, and the side of it that was asked for."""

    code: str
    stay: Stay


def _wished(wish: Wish, focus: str) -> str | None:
    """Return the matter that a wish is about."""
    return wish.matter if wish.kind != "audience" or wish.matter else focus


def followed(
    turn: Turn, answer: Answer, stay: Stay | None, asking: Asking, mates: Mates
) -> Followed | None:
    """Return which matter ``turn`` surely means; ``None`` where the rules are to decide.

    Args:
        turn: as it was read; with no wish but one for another matter than the one in focus.
        answer: what retrieval and the rules made of it.
        stay: what the rules for staying with the matter in focus made of it.
        asking: the guides.
        mates: which matters stand together in an event in life.
    """
    state = turn.state
    asked = state.guiding is not None and state.guiding.asking is not None
    if state.focus is None or state.draft is not None or asked or len(turn.text) > _LONGEST:
        return None
    if re.fullmatch(MATTER_CODE, state.focus) is None or not may_follow(turn):
        return None
    if turn.wish is not None and turn.wish.matter in state.earlier:
        return None  # 「普通的注销要准备什么材料」 says in so many words which one is meant
    try:
        asking.matter(state.focus)
        weighed = asking.weigh(asked_part(turn.text))
        if weighed.best.size == 0:
            return None
        said = Said(
            turn.text,
            state.focus,
            state.earlier,
            turn.heard.appeal_probability,
            mates.get(state.focus, frozenset()),
        )
        meant = read_following(said, weighed, asking.library)
        ruled = state.focus if stay is not None else answer.matter
        answered = stay is not None or answer.decision is Decision.ANSWER
        stays = answered and ruled == state.focus
        if turn.wish is not None:
            ruled, answered, stays = _wished(turn.wish, state.focus), True, False
        enough = _SURER if stays else _SUREST if answered else _SURE
        if meant.code is None or meant.code == ruled or meant.probability < enough:
            return None
        matter = asking.matter(meant.code)
    except NotFoundError:
        return None
    facet = answer.understanding.facet
    if meant.code == state.focus:
        return Followed(meant.code, side(words_of(turn.text), facet, matter, asking.library))
    return Followed(meant.code, Stay(facet or FacetName.PROCESS, stated=True))
