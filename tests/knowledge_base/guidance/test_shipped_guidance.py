from itertools import product

import pytest

from knowledge_base.guidance.offered import offered
from knowledge_base.guidance.rendering import Words, selection_text
from knowledge_base.guidance.schema import Guidance
from knowledge_base.guidance.selecting import select
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from knowledge_base.rendering import Phrases, one_time_notice

LIBRARY = load_library()
EACH = pytest.mark.parametrize(
    "guidance", LIBRARY.guidance.values(), ids=lambda guidance: guidance.matter
)


def every_case(guidance: Guidance) -> list[dict[str, str]]:
    """Return every way to answer every question, open ones included."""
    keys = [question.key for question in guidance.questions]
    said = [[None, *(one.key for one in question.answers)] for question in guidance.questions]
    return [
        {key: answer for key, answer in zip(keys, given, strict=True) if answer is not None}
        for given in product(*said)
    ]


def test_shipped_guidance_is_for_many_matters_of_many_categories() -> None:
    categories = {LIBRARY.matter(code).category for code in LIBRARY.guidance}

    assert len(LIBRARY.guidance) >= 90
    assert len(categories) >= 18
    assert all(offered(LIBRARY, code) is not None for code in LIBRARY.guidance)


@EACH
def test_every_case_says_each_document_once_and_ends(guidance: Guidance) -> None:
    matter = LIBRARY.matter(guidance.matter)
    count = len(matter.materials.documents)

    for case in every_case(guidance):
        selection = select(guidance, matter, case)
        numbers = [
            one.number
            for pile in (selection.needed, selection.dropped, selection.open)
            for one in pile
        ]
        assert sorted(numbers) == list(range(1, count + 1))
        always = [one.number for one in selection.dropped if one.document.required_when is None]
        assert always == []
        assert all(one.because for one in selection.dropped)
        # Every question can be passed: one who knows nothing still comes to an end.
        assert selection.next([question.key for question in guidance.questions]) is None


@EACH
def test_every_conditional_document_named_can_be_needed_and_fall_away(guidance: Guidance) -> None:
    matter = LIBRARY.matter(guidance.matter)
    named = {name for one in guidance.questions for each in one.answers for name in each.needs}
    selections = [select(guidance, matter, case) for case in every_case(guidance)]

    assert {one.document.name for each in selections for one in each.needed} >= named
    assert {one.document.name for each in selections for one in each.dropped} >= named


@EACH
def test_notice_holds_nothing_that_is_not_in_the_guide(guidance: Guidance) -> None:
    matter = LIBRARY.matter(guidance.matter)
    guide = one_time_notice(matter, LIBRARY) + "".join(matter.confused_with.values())
    labels = [each.label for one in guidance.questions for each in one.answers]
    frame = [Phrases.NOTICE_TITLE.format(title=matter.title), *labels]
    frame += [question.text for question in guidance.questions]

    for case in every_case(guidance)[:40]:
        text = selection_text(select(guidance, matter, case), LIBRARY)
        for line in text.splitlines():
            assert _is_framed(line, frame) or _stands_in(line, guide), line


def _is_framed(line: str, frame: list[str]) -> bool:
    own = line.startswith(("【", Words.ASK[:8], Words.SILENT)) or not line
    return own or any(part in line for part in frame)


def _stands_in(line: str, guide: str) -> bool:
    said = line.partition("（还没说清")[0].partition("（依据")[0]
    body = said.split(". ", 1)[1] if said[:1].isdigit() and ". " in said[:4] else said
    return body in guide


def test_shipped_guidance_of_the_library_given_is_the_librarys(shipped: Library) -> None:
    assert shipped.guidance is LIBRARY.guidance
