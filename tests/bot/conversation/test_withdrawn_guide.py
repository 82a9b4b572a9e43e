"""A guide withdrawn from the knowledge base between a citizen's two messages."""

from dataclasses import replace

import pytest

from bot.conversation import replies
from bot.conversation.perform import Performer
from bot.conversation.proposing import DraftProposing
from bot.conversation.schemas import Act, Choice, DialogueState, Heard, Retrieved, Turn
from connectors.guides import LibraryGuides
from connectors.offers import LibraryOffers
from knowledge_base.schema import FacetName
from retrieval.schemas import Decision
from retrieval.service import Retriever
from routing.schemas import AppealKind
from tests.service_fixtures import RunningService

GONE, STAYS = "M0103", "M0102"


@pytest.fixture
def performer(running_service: RunningService) -> Performer:
    """Over the library without one guide; composing needs no index."""
    services = running_service.services
    kept = {code: one for code, one in services.library.matters.items() if code != GONE}
    library = replace(services.library, matters=kept)
    retriever = Retriever(library, services.settings)
    return Performer(
        LibraryGuides(retriever),
        DraftProposing(services.routing, library.departments),
        LibraryOffers(retriever, services.bundles),
    )


def turn(text: str, **state: object) -> Turn:
    return Turn(
        turn_id="t",
        text=text,
        state=DialogueState(**state),
        retrieved=Retrieved(
            decision=Decision.NO_ANSWER, facet=None, follow_up=False, confidence=0.1, candidates=()
        ),
        heard=Heard(appeal_probability=0.0, kind=AppealKind.INQUIRY, phone=None, place=None),
    )


def offered(*codes: str) -> tuple[Choice, ...]:
    return tuple(Choice(label=code, value=code, code=code) for code in codes)


def test_choice_of_a_withdrawn_guide_is_told_and_forgotten(performer: Performer) -> None:
    asked = turn("1", choices=offered(GONE, STAYS), choice_facet=FacetName.FEE, focus=GONE)

    outcome = performer.perform(Act.CHOOSE, None, asked)

    assert [reply.text for reply in outcome.replies] == [replies.WITHDRAWN]
    assert (outcome.state.focus, outcome.state.choices) == (None, ())
    assert outcome.decision is Decision.NO_ANSWER


def test_the_other_choice_is_answered_as_ever(performer: Performer) -> None:
    asked = turn("2", choices=offered(GONE, STAYS), choice_facet=FacetName.FEE, focus=GONE)

    outcome = performer.perform(Act.CHOOSE, None, asked)

    assert (outcome.decision, outcome.matter) == (Decision.ANSWER, STAYS)
    assert outcome.state.focus == STAYS
