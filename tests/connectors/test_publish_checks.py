"""Publishing asks an entry's stored test questions again, over the real search."""

from dataclasses import replace

import pytest

from connectors.publish_checks import publish_checks
from foundation.access.errors import ActionNotAllowedError
from foundation.access.service import AccessService
from foundation.clock import FixedClock
from foundation.database.session import Database
from foundation.settings import Settings
from knowledge_base.entries.content import Content
from knowledge_base.entries.errors import PublishBlockedError
from knowledge_base.entries.service import EntryService
from knowledge_base.errors import MatterNotFoundError
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from knowledge_base.schema import FacetName
from knowledge_base.stored_tests.errors import (
    StoredTestEmptyError,
    StoredTestExistsError,
    StoredTestNotFoundError,
)
from knowledge_base.stored_tests.service import StoredTests, stored_questions
from retrieval.rehearsal import FIELD
from retrieval.service import Retriever
from tests.knowledge_base.entries.conftest import (
    CODE,
    NEIGHBOUR,
    Life,
    MakeLife,
    access,
    clock,
    make_life,
    people,
    shipped,
)

__all__ = ["access", "clock", "make_life", "people", "shipped"]

PIGEONS = "天台养鸽子登记怎么办"


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """The real search over two guides, as while the encoder is loading."""
    library = load_library()
    two: Library = replace(
        library, matters={code: library.matters[code] for code in (NEIGHBOUR, CODE)}
    )
    retriever = Retriever(two, Settings(data_dir=tmp_path_factory.mktemp("search")))
    retriever.warm_up_lexical()
    return retriever


@pytest.fixture
def checked(
    make_life: MakeLife, database: Database, access: AccessService, search: Retriever
) -> Life:
    """The life of entries, with the checks as the service registers them."""
    life = make_life()
    checks = publish_checks(database, lambda: search)
    life.entries = EntryService(database, life.shipped, access, life.clock, checks)
    return life


@pytest.fixture
def tests(access: AccessService, shipped: Library, clock: FixedClock) -> StoredTests:
    return StoredTests(access, shipped, clock)


def _store(
    life: Life, tests: StoredTests, code: str, question: str, facet: FacetName | None = None
) -> None:
    with life.database.transaction() as session:
        tests.add(session, life.people.editor, code, question, facet)


def _with_pigeons(life: Life) -> Content:
    content = life.fee(20.0)
    return {**content, "aliases": [*content["aliases"], "天台养鸽子登记"]}


def _failures(refusal: pytest.ExceptionInfo[PublishBlockedError]) -> list[tuple[str, str]]:
    return [(one.code, one.message) for one in refusal.value.findings if one.field == FIELD]


def test_question_that_is_not_answered_blocks_until_overridden(
    checked: Life, tests: StoredTests
) -> None:
    _store(checked, tests, CODE, PIGEONS)

    with pytest.raises(PublishBlockedError) as refusal:
        checked.put_in_force(checked.fee(20.0))

    assert _failures(refusal) == [(CODE, f"测试问题“{PIGEONS}”没有通过：答不上")]
    assert checked.answered_fee() == (1, 40.0)

    checked.publish(override="养鸽子的说法下周补")

    assert checked.answered_fee() == (2, 20.0)


def test_question_that_the_change_answers_passes(checked: Life, tests: StoredTests) -> None:
    _store(checked, tests, CODE, PIGEONS)

    report = checked.entries.check(_with_pigeons(checked))

    assert [one for one in report.findings if one.field == FIELD] == []
    failing = checked.entries.check(checked.fee(20.0))
    assert [one.code for one in failing.findings if one.field == FIELD] == [CODE]


def test_facet_named_with_the_question_must_be_the_one_answered(
    checked: Life, tests: StoredTests
) -> None:
    _store(checked, tests, CODE, "身份证丢了补办多少钱", FacetName.MATERIALS)

    report = checked.entries.check(checked.fee(20.0))

    assert [one.message for one in report.findings if one.field == FIELD] == [
        "测试问题“身份证丢了补办多少钱”没有通过：答的是收费"
    ]


def test_change_that_takes_a_neighbours_question_away_blocks(
    checked: Life, tests: StoredTests
) -> None:
    neighbour = checked.shipped.matter(NEIGHBOUR)
    taken = neighbour.sample_questions[0]
    _store(checked, tests, NEIGHBOUR, taken)
    _store(checked, tests, NEIGHBOUR, PIGEONS)  # fails today too: no fault of this change
    content = checked.fee(20.0)
    grown = {**content, "sample_questions": [*neighbour.sample_questions, *neighbour.aliases]}

    report = checked.entries.check(grown)

    failures = [one.message for one in report.findings if one.field == FIELD]
    assert len(failures) == 1
    assert failures[0].startswith(f"{NEIGHBOUR} 的测试问题“{taken}”不再通过：")
    plain = checked.entries.check(content)
    assert [one for one in plain.findings if one.field == FIELD] == []


def test_guide_not_for_citizens_is_not_asked_for(checked: Life, tests: StoredTests) -> None:
    _store(checked, tests, CODE, PIGEONS)

    report = checked.entries.check(checked.fee(20.0, visibility="internal"))

    assert [one for one in report.findings if one.field == FIELD] == []


def test_tests_are_added_by_editors_and_removed_by_reviewers(
    checked: Life, tests: StoredTests
) -> None:
    people, database = checked.people, checked.database
    _store(checked, tests, CODE, "我电话13812345678，身份证丢了怎么办")
    with database.reading() as session:
        (stored,) = stored_questions(session, CODE)
    assert stored.question == "我电话138****5678，身份证丢了怎么办"

    for who in (people.reviewer, people.operator):
        with database.transaction() as session, pytest.raises(ActionNotAllowedError):
            tests.add(session, who, CODE, PIGEONS)
    with database.transaction() as session, pytest.raises(ActionNotAllowedError):
        tests.remove(session, people.editor, stored.id)
    with database.transaction() as session:
        tests.remove(session, people.reviewer, stored.id)
    with database.transaction() as session, pytest.raises(StoredTestNotFoundError):
        tests.remove(session, people.reviewer, stored.id)


def test_test_question_needs_words_a_matter_and_to_be_new(
    checked: Life, tests: StoredTests
) -> None:
    _store(checked, tests, CODE, PIGEONS)

    with pytest.raises(StoredTestExistsError):
        _store(checked, tests, CODE, PIGEONS)
    with pytest.raises(StoredTestEmptyError):
        _store(checked, tests, CODE, " ")
    with pytest.raises(MatterNotFoundError):
        _store(checked, tests, "M9999", PIGEONS)
