"""Guides for operators' eyes, and names of guides that another one replaced."""

from dataclasses import replace
from datetime import date

import pytest

from foundation.settings import Settings
from knowledge_base.entries.published import Published, lay_over
from knowledge_base.errors import MatterNotFoundError
from knowledge_base.library import Former, Library
from knowledge_base.schema import Visibility
from retrieval.operators import OperatorSearch
from retrieval.schemas import Decision
from retrieval.service import Retriever

LOST, EXPIRED = "M0103", "M0102"
QUESTION = "身份证丢了怎么补办"


def visible_to(library: Library, code: str, visibility: Visibility) -> Library:
    changed = library.matters[code].model_copy(update={"visibility": visibility})
    return replace(library, matters={**library.matters, code: changed})


def searched(library: Library, settings: Settings) -> Retriever:
    retriever = Retriever(library, settings)
    retriever.warm_up_lexical()
    return retriever


def test_guide_for_operators_is_suggested_to_them_and_never_answered_to_citizens(
    small_library: Library, settings: Settings
) -> None:
    library = visible_to(small_library, LOST, Visibility.OPERATORS)
    retriever = searched(library, settings)
    desk = OperatorSearch(retriever)

    assert [one.code for one in desk.suggest(QUESTION)][:1] == [LOST]
    assert desk.operators_only(LOST)
    assert desk.compose(LOST, None).text
    assert LOST not in {one.code for one in retriever.suggest(QUESTION)}
    assert retriever.ask(QUESTION).matter is None
    with pytest.raises(MatterNotFoundError):
        retriever.compose(LOST)


def test_internal_guide_is_not_suggested_to_operators(
    small_library: Library, settings: Settings
) -> None:
    library = visible_to(small_library, LOST, Visibility.INTERNAL)
    desk = OperatorSearch(searched(library, settings))

    assert LOST not in {one.code for one in desk.suggest(QUESTION)}


def test_operators_search_as_citizens_do_where_nothing_is_for_them_alone(
    small_library: Library, settings: Settings
) -> None:
    retriever = searched(small_library, settings)

    assert OperatorSearch(retriever)._present() is retriever.present


def test_names_of_a_replaced_guide_lead_to_its_successor(
    small_library: Library, settings: Settings
) -> None:
    gone = small_library.matters[LOST]
    left = {EXPIRED: small_library.matters[EXPIRED]}
    withdrawn = replace(small_library, matters=left)
    followed = replace(withdrawn, former={LOST: Former.of(gone, EXPIRED)})

    assert searched(withdrawn, settings).ask(QUESTION).matter is None
    answer = searched(followed, settings).ask(QUESTION)
    assert (answer.decision, answer.matter) == (Decision.ANSWER, EXPIRED)


def test_guide_withdrawn_by_hand_leaves_its_names_to_its_successor(small_library: Library) -> None:
    former = Former.of(small_library.matters[LOST], EXPIRED)
    published = Published(1, date(2026, 11, 22), withdrawn=frozenset({LOST}), former={LOST: former})

    library = lay_over(small_library, published).library

    assert LOST not in library.matters
    assert library.replaced() == {LOST: Former(EXPIRED, former.names)}


def test_successors_that_run_in_a_circle_lead_nowhere(small_library: Library) -> None:
    names = ("旧名",)
    library = replace(
        small_library, former={"M0998": Former("M0999", names), "M0999": Former("M0998", names)}
    )

    assert library.replaced() == {}
