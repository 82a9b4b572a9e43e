from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from knowledge_base.checks import check
from knowledge_base.guidance.errors import UnknownAnswerError
from knowledge_base.guidance.offered import offered
from knowledge_base.guidance.rendering import (
    personal_notice,
    personal_notice_text,
    selection_text,
)
from knowledge_base.guidance.selecting import Selection, decode, encode, select
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from knowledge_base.schema import Visibility

Write = Callable[..., Path]


@pytest.fixture
def library(write_guidance: Write) -> Library:
    return load_library(write_guidance())


def selected(library: Library, **answers: str) -> Selection:
    return select(library.guidance["M0001"], library.matter("M0001"), answers)


def named(selection: Selection) -> tuple[list[str], list[str], list[str]]:
    """Return the names needed, dropped and open."""
    piles = (selection.needed, selection.dropped, selection.open)
    needed, dropped, still = ([one.document.name for one in pile] for pile in piles)
    return needed, dropped, still


def test_nothing_answered_leaves_open_what_depends_on_an_answer(library: Library) -> None:
    assert named(selected(library)) == (
        ["登记表"],
        [],
        ["委托书", "房主同意书", "监护人证件", "相片"],
    )


def test_answers_settle_what_they_name_and_close_later_questions(library: Library) -> None:
    selection = selected(library, applicant="self", photo="yes")

    # 房主同意书 depends on no question: the guide's own condition stands.
    assert named(selection) == (["登记表"], ["委托书", "监护人证件", "相片"], ["房主同意书"])
    assert [one.because for one in selection.dropped] == [
        ("本人去办",),
        ("本人去办",),  # the question on the agent's age was closed by it
        ("有电子相片",),
    ]
    assert [one.text for one in selection.quotes] == ["有电子相片的，不用带相片。"]


def test_open_document_names_the_question_that_decides_it(library: Library) -> None:
    selection = selected(library, applicant="agent")

    assert named(selection)[2] == ["房主同意书", "监护人证件", "相片"]
    assert [one.because for one in selection.open] == [
        (),
        ("代办的人成年了吗？",),
        ("有电子相片吗？",),
    ]


def test_next_question_passes_what_is_settled_closed_or_not_known(library: Library) -> None:
    def following(unsure: tuple[str, ...] = (), **answers: str) -> str | None:
        question = selected(library, **answers).next(unsure)
        return None if question is None else question.key

    assert following() == "wants"
    assert following(wants="yes") == "applicant"
    assert following(wants="yes", applicant="self") == "photo"
    assert following(wants="yes", applicant="agent") == "agent_age"
    # What hangs on an answer that is not known is not asked.
    assert following(("applicant",), wants="yes") == "photo"
    assert following(("applicant", "photo"), wants="yes", large="no") is None


def test_switch_and_refusal_end_the_questions(library: Library) -> None:
    away, refused = selected(library, wants="no"), selected(library, wants="yes", large="yes")

    assert (away.switch, away.next()) == ("M0002", None)
    assert [one.text for one in refused.cannot] == [
        "挂灯牌的应当登记。（依据：《灯牌管理条例》第二条）"
    ]
    assert refused.next() is None


def test_answer_that_is_not_asked_any_more_does_not_count(library: Library) -> None:
    selection = selected(library, applicant="self", agent_age="no")

    assert selection.answers == {"applicant": "self"}


@pytest.mark.parametrize("answers", [{"colour": "red"}, {"applicant": "nobody"}])
def test_unknown_answers_are_refused(library: Library, answers: dict[str, str]) -> None:
    with pytest.raises(UnknownAnswerError):
        selected(library, **answers)


def test_link_carries_the_answers_there_and_back() -> None:
    answers = {"applicant": "agent", "agent_age": "no"}

    assert encode(answers) == "agent_age.no,applicant.agent"
    assert decode(encode(answers)) == answers
    assert decode("") == {}


def test_personal_notice_tells_what_is_needed_and_why_the_rest_is_not(library: Library) -> None:
    selection = selected(library, wants="yes", applicant="agent", agent_age="yes", photo="yes")

    assert selection_text(selection, library) == (
        "灯牌登记 一次性告知\n\n"
        "【按您说的】\n灯牌还挂吗？还挂；托别人代办；代办的人成年了吗？成年了；有电子相片\n\n"
        "【要带的材料（2样）】\n1. 登记表\n2. 委托书：托人来办时提供（依据：《灯牌管理条例》）\n\n"
        "【不用带的】\n监护人证件（您的情况：代办的人成年了吗？成年了）\n相片（您的情况：有电子相片）\n\n"
        "【看情况带的】\n房主同意书：房子是租的时提供\n\n"
        "【您这种情况还要知道】\n有电子相片的，不用带相片。"
    )
    notice = personal_notice(selection, library)
    assert [(part.label, part.to_tick) for part in notice.parts][:2] == [
        ("按您说的", False),
        ("要带的材料（2样）", True),
    ]
    assert "【办理条件】\n挂灯牌的应当登记。" in personal_notice_text(selection, library)


def test_guidance_is_not_offered_once_the_guide_says_it_otherwise(library: Library) -> None:
    matter = library.matter("M0001")
    documents = tuple(
        one.model_copy(update={"name": "授权书"}) if one.name == "委托书" else one
        for one in matter.materials.documents
    )
    materials = matter.materials.model_copy(update={"documents": documents})
    changed = matter.model_copy(update={"materials": materials})
    published = replace(library, matters={**library.matters, "M0001": changed})

    assert offered(library, "M0001") is not None
    assert offered(published, "M0001") is None
    found = [one for one in check(published, date(2026, 7, 1)) if one.rule == "guidance"]
    assert [(one.code, one.message) for one in found] == [
        ("M0001", "智能导办用到“委托书”，指南里没有，暂不向市民提问")
    ]


def test_guidance_of_an_internal_guide_is_offered_to_nobody(library: Library) -> None:
    hidden = library.matter("M0001").model_copy(update={"visibility": Visibility.OPERATORS})

    assert offered(replace(library, matters={"M0001": hidden}), "M0001") is None
    assert offered(library, "M0002") is None
