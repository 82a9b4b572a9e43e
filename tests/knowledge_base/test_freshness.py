"""Which guides need a look because of their age."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from knowledge_base.checks import check_lapsed
from knowledge_base.entries.published import Published
from knowledge_base.freshness import (
    SOON,
    Ageing,
    LawOut,
    expiring,
    lapsed,
    laws_out_of_force,
    oldest,
)
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from knowledge_base.policy_answers.answers import PolicyAnswers
from knowledge_base.schema import Matter

CODE, OTHER = "M0103", "M0102"
LAW = "中华人民共和国居民身份证法"
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def two() -> Library:
    library = load_library()
    return replace(library, matters={code: library.matters[code] for code in (OTHER, CODE)})


def with_changes(library: Library, **changes: dict[str, object]) -> Library:
    matters: dict[str, Matter] = dict(library.matters)
    for code, update in changes.items():
        matters[code] = matters[code].model_copy(update=update)
    return replace(library, matters=matters)


def test_expiring_lists_the_next_last_day_first(two: Library) -> None:
    assert expiring(two, TODAY) == []
    changed = with_changes(
        two, M0102={"valid_to": TODAY + SOON}, M0103={"valid_to": TODAY - timedelta(days=1)}
    )

    assert [(one.code, one.day) for one in expiring(changed, TODAY)] == [
        (CODE, TODAY - timedelta(days=1)),
        (OTHER, TODAY + SOON),
    ]
    assert [one.code for one in expiring(changed, TODAY - timedelta(days=1))] == [CODE]


def test_laws_out_of_force_begin_the_day_after_their_last(two: Library) -> None:
    law = two.laws[LAW].model_copy(update={"in_force_to": TODAY, "superseded_by": "新法"})
    changed = replace(two, laws={**two.laws, LAW: law})

    assert laws_out_of_force(changed, TODAY) == []
    assert laws_out_of_force(changed, TODAY + timedelta(days=1)) == [
        LawOut(code, two.matters[code].title, LAW, TODAY, "新法") for code in (OTHER, CODE)
    ]


def test_oldest_goes_by_the_day_the_source_was_read(two: Library) -> None:
    first = two.matters[CODE]
    read = first.source.model_copy(update={"retrieved_on": date(2001, 1, 1)})
    changed = with_changes(two, M0103={"source": read})

    assert oldest(changed, limit=1) == [
        Ageing(CODE, first.title, first.department, date(2001, 1, 1))
    ]
    assert [one.day for one in oldest(changed)][1] == two.matters[OTHER].valid_from


def test_lapsed_holds_the_entries_after_their_last_day(two: Library) -> None:
    answer = two.policy_answers.answer("Q1302").model_copy(update={"valid_to": TODAY})
    answers = {**two.policy_answers.answers, "Q1302": answer}
    shipped = with_changes(
        replace(two, policy_answers=PolicyAnswers(answers)), M0103={"valid_to": TODAY}
    )

    last = lapsed(shipped, Published(1, TODAY))
    after = lapsed(shipped, Published(1, TODAY + timedelta(days=1)))

    assert (last.matters, last.policy_answers.answers) == ({}, {})
    assert (list(after.matters), list(after.policy_answers.answers)) == ([CODE], ["Q1302"])
    found = check_lapsed(after, TODAY + timedelta(days=1))
    assert [(one.code, one.field) for one in found] == [(CODE, "valid_to"), ("Q1302", "valid_to")]


def test_lapsed_leaves_out_what_the_city_published_or_ended_since(two: Library) -> None:
    yesterday = TODAY - timedelta(days=1)
    shipped = with_changes(two, M0102={"valid_to": yesterday}, M0103={"valid_to": yesterday})
    renewed = shipped.matters[OTHER].model_copy(update={"valid_to": None})
    published = Published(1, TODAY, matters={OTHER: renewed}, withdrawn=frozenset({CODE}))

    assert lapsed(shipped, published).matters == {}
