"""Whole events in life, one-time notices and checklists, said to the real service."""

import uuid

import pytest

from bot.conversation import replies
from bot.conversation.links import link_lines, offer_lines
from bot.conversation.schemas import DialogueState
from bot.conversation.transcript import Receipt
from bot.conversation.wishes import WishReader, read_documents
from connectors.wechat.rendering import cut, render
from tests.bot.conversation.conftest import Say, said
from tests.service_fixtures import RunningService

BIRTH, REGISTRATION, MARRIAGE = "B01", "M0106", "M1201"


def cards(receipt: Receipt) -> list[str]:
    return [card.type for entry in receipt.entries for card in entry.cards]


def links(receipt: Receipt) -> list[str]:
    return [line for entry in receipt.entries for line in link_lines(entry, "")]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("孩子刚出生要办哪些手续", BIRTH),
        ("我爸去世了要办什么", "B06"),
        ("想开个小饭馆都要办啥", "B02"),
    ],
)
def test_whole_event_is_told_with_steps_and_pages(say: Say, asked: str, code: str) -> None:
    receipt = say(asked)

    assert cards(receipt) == ["bundle"]
    assert [line.split("：")[1] for line in links(receipt)] == [
        f"/bundles/{code}",
        f"/bundles/{code}/plan.pdf",
    ]
    assert "【按顺序办这几件】\n1. " in said(receipt)
    assert "只备一份的材料】" in said(receipt)


def test_step_of_a_bundle_is_chosen_by_its_number(say: Say) -> None:
    say("孩子刚出生要办哪些手续")

    assert say("第3个").summary.matter == REGISTRATION


def test_one_matter_of_a_bundle_goes_to_its_guide_and_the_bundle_is_named_once(say: Say) -> None:
    first, second = say("新生儿上户口要什么材料"), say("那要多少钱")

    assert (first.summary.matter, cards(first)) == (REGISTRATION, ["guide", "bundle_hint"])
    assert links(first) == ["新生儿出生：/bundles/B01"]
    assert (second.summary.matter, cards(second)) == (REGISTRATION, ["guide"])


def test_notice_is_offered_once_a_matter_and_given_when_asked_for(say: Say) -> None:
    first, second = say("新生儿上户口要什么材料"), say("那要多少钱")
    notice = say("给我一份清单")

    # The questions end in the notice: where there are any, they are offered in its place.
    offered = [offer_lines(one.entries[0]) for one in (first, second, say("养犬登记怎么办"))]
    assert offered == [[replies.OFFER_GUIDANCE], [], [replies.OFFER_NOTICE]]
    assert (notice.summary.matter, cards(notice)) == (REGISTRATION, ["notice"])
    assert said(notice).startswith("出生登记（新生儿落户） 一次性告知\n")


def test_notice_names_its_matter_or_is_asked_for_it(say: Say) -> None:
    assert said(say("给我一份告知书")) == replies.WHICH_MATTER_NOTICE
    assert say("给我一份补办身份证的一次性告知书").summary.matter == "M0103"


def test_notice_in_wechat_is_cut_at_a_line_with_its_page_in_the_first_part(say: Say) -> None:
    notice = say("给我一份补办身份证的一次性告知书")

    shown, rest = cut(render(notice.entries, "https://city.example"))

    assert shown.split("\n")[1] == "一次性告知书：https://city.example/guides/M0103"
    assert len(shown.encode()) <= 2048
    assert rest
    assert rest.split("\n")[0] in said(notice).split("\n")
    assert "https://" not in render(notice.entries)


def test_checklist_tells_what_is_missing_and_remembers_what_is_there(say: Say) -> None:
    say("新生儿上户口要什么材料")
    first, second = say("我已经有户口本和照片了，还差什么"), say("出生证也有了")

    assert "已备齐：父母一方的居民户口簿。" in said(first)
    assert "没有对上：“照片”。" in said(first)
    assert "还缺：《出生医学证明》、结婚证或者非婚生育说明。" in said(first)
    assert "已备齐：《出生医学证明》、父母一方的居民户口簿。" in said(second)
    assert "还缺：结婚证或者非婚生育说明。" in said(second)


def test_checklist_names_what_a_commitment_replaces(
    running_service: RunningService, say: Say
) -> None:
    matters = running_service.services.library.public_matters()
    lenient = next(
        one
        for one in matters
        if any(document.commitment_accepted for document in one.materials.documents)
    )

    told = say(f"{lenient.title}还差什么材料")

    assert told.summary.matter == lenient.code
    assert "可以告知承诺代替" in said(told)


def test_draft_goes_on_after_a_whole_event_was_told(say: Say) -> None:
    say("我要投诉小区楼下饭店油烟扰民")
    told = say("孩子刚出生要办哪些手续")

    assert cards(told) == ["bundle"]
    assert told.entries[-1].text.startswith(replies.BACK_TO_DRAFT)
    assert told.summary.asks in {"where", "when", "contact"}


@pytest.mark.parametrize(
    ("text", "has", "rest"),
    [
        ("我已经有户口本和照片了，还差什么", ("户口本", "照片"), ""),
        ("办居住证，身份证和租房合同我都有了，还差什么", ("身份证", "租房合同"), "办居住证"),
        ("照片还没拍，身份证准备好了，够不够", ("身份证",), "照片还没拍"),
        ("新生儿上户口要什么材料", (), "新生儿上户口要什么材料"),
    ],
)
def test_documents_are_read_from_what_is_said(text: str, has: tuple[str, ...], rest: str) -> None:
    assert read_documents(text) == (has, rest)


def test_no_question_of_the_guides_is_taken_for_a_wish(running_service: RunningService) -> None:
    """Every third: the whole set is measured by ``benchmarks.bundle_recognition``."""
    services = running_service.services
    reader = WishReader(services.retriever, services.bundle_recogniser)
    questions = [q for m in services.library.public_matters() for q in m.sample_questions][::3]
    wishes = {}
    for question in questions:
        has, _ = read_documents(question)
        plain = reader._notice(question) or reader._checklist(question, DialogueState())
        if plain is not None:
            wishes[question] = (plain, has)

    assert wishes == {}


def test_refused_notice_is_no_wish_for_one(running_service: RunningService) -> None:
    services = running_service.services
    reader = WishReader(services.retriever, services.bundle_recogniser)
    text = f"窗口不给一次性告知书，我要投诉{uuid.uuid4().hex[:2]}"

    assert reader.read(text, services.retriever.ask(text), DialogueState()) is None
