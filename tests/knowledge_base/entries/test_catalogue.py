"""Everything an editor may open, narrowed and paged."""

from dataclasses import replace

import pytest

from foundation.access.errors import ActionNotAllowedError
from foundation.access.service import Account
from knowledge_base.entries.catalogue import (
    CatalogueRow,
    OpenVersion,
    Shelf,
    Wanted,
    catalogue,
    ended_titles,
    narrowed,
    open_versions,
)
from knowledge_base.entries.content import guide_form
from knowledge_base.entries.states import EntryState
from knowledge_base.library import Library
from knowledge_base.schema import Visibility
from tests.knowledge_base.entries.conftest import CODE, NEIGHBOUR, Life


def rows_of(life: Life, account: Account) -> list[CatalogueRow]:
    library = life.library()
    with life.database.reading() as session:
        drafts = open_versions(session, account)
        ended = ended_titles(session, account, library)
    return catalogue(account, library, drafts, ended)


def by_code(rows: list[CatalogueRow]) -> dict[str, CatalogueRow]:
    assert len({row.code for row in rows}) == len(rows)
    return {row.code: row for row in rows}


def drafts_of(life: Life, account: Account) -> list[OpenVersion]:
    with life.database.reading() as session:
        return open_versions(session, account)


def test_catalogue_holds_guides_and_listed_matters_once_each(life: Life) -> None:
    rows = rows_of(life, life.people.editor)

    shelves = by_code(rows)
    assert [row.code for row in rows] == sorted(life.shipped.index)
    assert shelves[CODE].shelf is shelves[NEIGHBOUR].shelf is Shelf.ANSWERED
    assert {row.shelf for row in rows} == {Shelf.ANSWERED, Shelf.UNWRITTEN}
    assert shelves[CODE].department == "GA"


def test_catalogue_shows_a_draft_and_whose_it_is(life: Life) -> None:
    life.save(life.fee(45))

    (mine,) = drafts_of(life, life.people.editor)
    (another,) = drafts_of(life, life.people.reviewer)

    assert (mine.code, mine.state, mine.author, mine.own) == (
        CODE,
        EntryState.DRAFT,
        "editor",
        True,
    )
    assert another == replace(mine, own=False)
    assert by_code(rows_of(life, life.people.editor))[CODE].open == mine


def test_catalogue_tells_nobody_of_drafts_who_neither_writes_nor_reviews(life: Life) -> None:
    life.save(life.fee(45))
    assert drafts_of(life, life.people.editor)

    assert drafts_of(life, life.people.operator) == []
    with pytest.raises(ActionNotAllowedError):
        drafts_of(life, life.people.administrator)


def test_catalogue_keeps_internal_guides_from_operators(life: Life) -> None:
    internal = replace(
        life.shipped,
        matters={
            **life.shipped.matters,
            CODE: life.shipped.matters[CODE].model_copy(update={"visibility": Visibility.INTERNAL}),
        },
    )
    assert CODE in by_code(catalogue(life.people.editor, internal, [], {}))

    assert CODE not in by_code(catalogue(life.people.operator, internal, [], {}))


def test_catalogue_says_what_was_ended(life: Life) -> None:
    life.put_in_force(life.fee(45))
    assert by_code(rows_of(life, life.people.editor))[CODE].shelf is Shelf.ANSWERED

    life.expire()

    assert by_code(rows_of(life, life.people.editor))[CODE].shelf is Shelf.ENDED


def test_catalogue_holds_a_matter_outside_the_list(life: Life) -> None:
    content = {**guide_form(life.shipped.matters[CODE]), "code": "M9901", "title": "新事项"}
    life.save(content, lock=0)

    row = by_code(rows_of(life, life.people.editor))["M9901"]

    assert (row.title, row.shelf) == ("新事项", Shelf.UNWRITTEN)
    assert row.open is not None


def test_narrowed_needs_every_word_and_every_filter(shipped: Library, life: Life) -> None:
    rows = rows_of(life, life.people.editor)
    life.save(life.fee(45))
    drafted = rows_of(life, life.people.editor)

    def codes(wanted: Wanted, among: list[CatalogueRow] = rows) -> list[str]:
        return [row.code for row in narrowed(among, wanted, 500, 0).rows]

    assert codes(Wanted(words=" ｍ0103 ")) == [CODE]
    assert codes(Wanted(words="身份证 钱包")) == [CODE]
    assert codes(Wanted(words="身份证 没有这个词")) == []
    assert codes(Wanted(shelf=Shelf.ANSWERED)) == [NEIGHBOUR, CODE]
    assert codes(Wanted(department="GA")) == [NEIGHBOUR, CODE]
    assert codes(Wanted(state=EntryState.DRAFT)) == []
    assert codes(Wanted(state=EntryState.DRAFT), drafted) == [CODE]
    taxes = [code for code, one in sorted(shipped.index.items()) if one.category == "税务"]
    assert taxes
    assert codes(Wanted(category="税务")) == taxes


def test_narrowed_gives_one_page_and_the_whole_count(life: Life) -> None:
    rows = rows_of(life, life.people.editor)

    page = narrowed(rows, Wanted(), 10, 20)

    assert page.total == len(rows) > 30
    assert list(page.rows) == rows[20:30]
    assert narrowed(rows, Wanted(), 10, len(rows)).rows == ()
