"""The evaluation sets are as large, as varied and as independent as their README says."""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.conversation.intents import Intent
from foundation.text.normalise import to_simplified
from knowledge_base.facets import FacetName
from routing.safety.screen import Line
from routing.schemas import AppealKind
from tests.evaluation.near_copies import ROOT, NearCopies, read_yaml, stored_sentences

HERE = Path(__file__).parent
STYLES = (
    "plain",
    "colloquial",
    "typo",
    "traditional",
    "dialect",
    "long_story",
    "keywords",
    "pinyin_mixed",
    "elderly",
    "two_questions",
)
LEAST_OF_A_STYLE = {"retrieval/questions.yml": 42, "retrieval/questions_second.yml": 25}
LEAST_OF_AN_INTENT = 12
LEAST_OF_A_KIND = 30
LEAST_MATTERS = 200
LEAST_OF_EMERGENCIES_AND_HARMLESS = {
    "safety/sentences.yml": (90, 70),
    "safety/sentences_second.yml": (180, 140),
}
SETS = {
    "retrieval/questions.yml": 420,
    "retrieval/outside.yml": 160,
    "nlu/sentences.yml": 420,
    "safety/sentences.yml": 160,
    "appeals/appeals.yml": 310,
    "retrieval/questions_second.yml": 250,
    "retrieval/outside_second.yml": 120,
    "nlu/sentences_second.yml": 420,
    "safety/sentences_second.yml": 320,
}
SECOND = [name for name in SETS if "_second" in name]


@cache
def _rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read_yaml(HERE / name)
    return rows


@cache
def _matters() -> list[dict[str, Any]]:
    matters: list[dict[str, Any]] = read_yaml(
        ROOT / "knowledge_base" / "city" / "matters_index.yml"
    )
    return matters


def _codes(row: dict[str, Any]) -> list[str]:
    codes: list[str] = row.get("codes") or row["all_of"]
    return codes


@pytest.fixture(scope="module", params=LEAST_OF_A_STYLE)
def questions(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    return _rows(request.param)


@pytest.fixture(scope="module")
def appeals() -> list[dict[str, Any]]:
    return _rows("appeals/appeals.yml")


@pytest.fixture(scope="module")
def stored() -> NearCopies:
    return NearCopies(stored_sentences())


@pytest.mark.parametrize(("name", "least"), SETS.items())
def test_set_is_large_enough(name: str, least: int) -> None:
    assert len(_rows(name)) >= least


@pytest.mark.parametrize("name", SETS)
def test_no_sentence_all_but_repeats_another_of_its_set(name: str) -> None:
    texts = [row["text"] for row in _rows(name)]
    others = NearCopies(texts)

    # As many stored as written: none is empty, and no two are the same once punctuation is gone.
    assert len(others) == len(texts)
    found = [others.of(text, leave_out=place) for place, text in enumerate(texts)]
    assert [copy for copy in found if copy] == []


@pytest.mark.parametrize("name", SETS)
def test_no_sentence_all_but_repeats_what_the_product_holds(name: str, stored: NearCopies) -> None:
    found = [stored.of(row["text"]) for row in _rows(name)]

    assert [copy for copy in found if copy] == []


@pytest.mark.parametrize("name", SECOND)
def test_second_set_all_but_repeats_nothing_of_the_first(name: str) -> None:
    first = NearCopies(row["text"] for row in _rows(name.replace("_second", "")))

    assert [copy for row in _rows(name) if (copy := first.of(row["text"]))] == []


def test_near_copy_is_found_whatever_its_script_and_punctuation() -> None:
    kept = NearCopies(["营业执照丢了怎么补办"])

    found = kept.of("營業執照丟了，怎麼補辦？！")
    assert found is not None
    assert found.likeness == 1
    assert kept.of("食品证丢了怎么补") is None


def test_what_the_product_holds_is_read(stored: NearCopies) -> None:
    assert len(stored) > 10_000
    assert all(stored.of(matter["title"]) for matter in _matters())


@pytest.mark.parametrize(("name", "least"), LEAST_OF_A_STYLE.items())
def test_every_style_has_enough_questions(name: str, least: int) -> None:
    sizes = Counter(row["style"] for row in _rows(name))
    outside = _rows(name.replace("questions", "outside"))

    assert set(sizes) == set(STYLES)
    assert min(sizes.values()) >= least
    assert {row["style"] for row in outside} == set(STYLES)


def test_questions_name_known_matters_and_facets(questions: list[dict[str, Any]]) -> None:
    facets = {matter["code"]: set(matter["expected_facets"]) for matter in _matters()}

    for row in questions:
        codes = _codes(row)
        wanted = [row["facet"]] if "facet" in row else row.get("facets", [])
        assert codes, row
        assert set(codes) <= set(facets), row
        assert set(wanted) <= set(FacetName), row
        assert set(wanted) <= set().union(*(facets[code] for code in codes)), row


def test_questions_reach_every_category_and_most_matters(questions: list[dict[str, Any]]) -> None:
    category = {matter["code"]: matter["category"] for matter in _matters()}
    asked = {code for row in questions for code in _codes(row)}

    assert len(asked) >= LEAST_MATTERS
    assert {category[code] for code in asked} == set(category.values())


def test_two_questions_hold_two_matters_or_two_facets(questions: list[dict[str, Any]]) -> None:
    for row in questions:
        double = row["style"] == "two_questions"
        assert ("all_of" in row) == double, row
        if double:
            assert len(row["all_of"]) == 2 or len(row.get("facets", [])) == 2, row


def test_styles_look_like_what_they_are_called(questions: list[dict[str, Any]]) -> None:
    for row in questions:
        text, style = row["text"], row["style"]
        if style == "long_story":
            assert 60 <= len(text) <= 200, row
        if style == "keywords":
            # Two to six letters a piece, and no sentence.
            assert all(2 <= len(piece) <= 6 for piece in text.split()), row
        if style == "traditional":
            assert to_simplified(text) != text, row
        if style == "pinyin_mixed":
            assert sum(letter.isascii() and letter.isalpha() for letter in text) >= 4, row


@pytest.mark.parametrize("name", ["retrieval/outside.yml", "retrieval/outside_second.yml"])
def test_messages_outside_say_why(name: str) -> None:
    for row in _rows(name):
        assert row["why"].strip(), row


@pytest.mark.parametrize("name", ["nlu/sentences.yml", "nlu/sentences_second.yml"])
def test_every_intent_has_enough_sentences(name: str) -> None:
    rows = _rows(name)
    sizes = Counter(row["intent"] for row in rows)

    assert set(sizes) == set(Intent)
    assert min(sizes.values()) >= LEAST_OF_AN_INTENT
    for row in rows:
        also = set(row.get("also", []))
        assert also <= set(Intent), row
        assert row["intent"] not in also, row


@pytest.mark.parametrize(("name", "least"), LEAST_OF_EMERGENCIES_AND_HARMLESS.items())
def test_emergencies_name_a_line_and_the_harmless_none(name: str, least: tuple[int, int]) -> None:
    rows = _rows(name)
    lines = Counter(row["line"] for row in rows if row["emergency"])

    assert set(lines) == set(get_args(Line))
    assert lines.total() >= least[0]
    assert len(rows) - lines.total() >= least[1]
    for row in rows:
        assert set(row.get("also", [])) <= set(get_args(Line)) - {row.get("line")}, row
        assert ("line" in row) == row["emergency"], row


def test_every_kind_has_enough_appeals(appeals: list[dict[str, Any]]) -> None:
    sizes = Counter(row["kind"] for row in appeals)

    assert set(sizes) == {kind.label for kind in AppealKind}
    assert min(sizes.values()) >= LEAST_OF_A_KIND


def test_appeals_name_known_categories_bodies_and_places(appeals: list[dict[str, Any]]) -> None:
    city = ROOT / "knowledge_base" / "city"
    categories = {
        tuple(entry[f"level{depth}"] for depth in (1, 2, 3)[:depths])
        for entry in read_yaml(ROOT / "routing" / "city" / "categories.yml")
        for depths in (1, 2, 3)
    }
    bodies = {entry["code"] for entry in read_yaml(city / "departments.yml")}
    places = [
        (place["district"], place.get("subdistrict")) for place in read_yaml(city / "places.yml")
    ]
    known = set(places) | {(district, None) for district, _ in places}

    for row in appeals:
        assert tuple(row["category"]) in categories, row
        assert row["lead"], row
        assert set(row["lead"]) <= bodies, row
        if "place" in row:
            assert (row["place"]["district"], row["place"].get("subdistrict")) in known, row
