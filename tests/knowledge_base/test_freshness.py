"""Which guides need a look because of their age."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from knowledge_base.freshness import SOON, Ageing, LawOut, expiring, laws_out_of_force, oldest
from knowledge_base.library import Library
from knowledge_base.loader import load_library
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
