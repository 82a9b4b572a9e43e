"""Taking an appeal down, as pure functions."""

import pytest

from bot.conversation import intake, replies
from bot.conversation.intents import Intent
from bot.conversation.schemas import AppealDraft, Heard, Slot
from routing.schemas import AppealKind

NOTHING = Heard(appeal_probability=0.1, kind=AppealKind.INQUIRY)


def told(**fields: object) -> Heard:
    return Heard(**{"appeal_probability": 0.95, "kind": AppealKind.COMPLAINT, **fields})


def smoke() -> AppealDraft:
    heard = told(place="文渊阁小区楼下", district="盘江区", when="半夜", category="餐饮油烟")
    text = "我要投诉，文渊阁小区楼下的烧烤店半夜还在冒油烟"
    return intake.begin(text, heard, Intent.MAKE_COMPLAINT)


def test_begin_keeps_everything_already_told() -> None:
    draft = smoke()

    assert draft == AppealDraft(
        kind=AppealKind.COMPLAINT,
        what="文渊阁小区楼下的烧烤店半夜还在冒油烟",
        where="文渊阁小区楼下",
        district="盘江区",
        when="半夜",
        category="餐饮油烟",
    )
    assert intake.next_slot(draft) is Slot.CONTACT


def test_begin_without_a_story_asks_what_happened() -> None:
    draft = intake.begin("我要投诉", told(), Intent.MAKE_COMPLAINT)

    assert intake.next_slot(draft) is Slot.WHAT
    _, question = intake.ask(draft, Slot.WHAT)
    assert question == replies.ASK_WHAT


@pytest.mark.parametrize(
    ("intent", "heard_kind", "kind"),
    [
        (Intent.MAKE_COMPLAINT, AppealKind.IRREGULARITY_REPORT, AppealKind.IRREGULARITY_REPORT),
        (Intent.REPORT_IRREGULARITY, AppealKind.COMPLAINT, AppealKind.IRREGULARITY_REPORT),
        (Intent.REQUEST_ASSISTANCE, AppealKind.INQUIRY, AppealKind.ASSISTANCE),
        (Intent.MAKE_SUGGESTION, AppealKind.SUGGESTION, AppealKind.SUGGESTION),
        (None, AppealKind.INQUIRY, AppealKind.COMPLAINT),
    ],
)
def test_begin_lets_the_better_protected_kind_win(
    intent: Intent | None, heard_kind: AppealKind, kind: AppealKind
) -> None:
    draft = intake.begin("单位一直拖着工资不发", told(kind=heard_kind), intent)

    assert draft.kind is kind


def test_report_is_always_confidential() -> None:
    draft = intake.begin("有人倒卖假烟", told(), Intent.REPORT_IRREGULARITY)

    assert draft.confidential
    asking, question = intake.ask(draft, Slot.CONTACT)
    assert asking.asking is Slot.CONTACT
    assert question == replies.ASK_CONTACT_PROTECTED


@pytest.mark.parametrize("refusal", ["不留", "不想留电话", "匿名吧", "不方便"])
def test_contact_may_be_refused(refusal: str) -> None:
    asking, _ = intake.ask(smoke(), Slot.CONTACT)

    taken = intake.absorb(asking, refusal, NOTHING, Intent.WITHHOLD_CONTACT)

    assert taken.contact_refused
    assert intake.next_slot(taken) is Slot.CONFIRM
    assert "不留（匿名）" in intake.read_back(taken)


def test_contact_without_a_number_is_asked_for_once_more_and_then_let_go() -> None:
    asking, _ = intake.ask(smoke(), Slot.CONTACT)
    puzzled = intake.absorb(asking, "啥意思", NOTHING, Intent.INFORM)
    assert intake.next_slot(puzzled) is Slot.CONTACT

    again, question = intake.ask(puzzled, Slot.CONTACT)

    assert question == replies.ASK_CONTACT_AGAIN
    still = intake.absorb(again, "不懂", NOTHING, Intent.INFORM)
    assert intake.next_slot(still) is Slot.CONFIRM


def test_answer_keeps_further_details_in_the_story() -> None:
    asking, _ = intake.ask(smoke(), Slot.CONTACT)

    text = "[电话1]，家里有老人小孩，熏得整夜睡不着"
    taken = intake.absorb(asking, text, told(phone="[电话1]"), Intent.INFORM)

    assert taken.contact == "[电话1]"
    assert taken.what.endswith("；[电话1]，家里有老人小孩，熏得整夜睡不着")


@pytest.mark.parametrize("text", ["确认", "对", "没问题", "好的。", "嗯嗯", "是的", "可以了"])
def test_plain_yes_affirms(text: str) -> None:
    assert intake.affirms(text)


@pytest.mark.parametrize("text", ["不对", "对不起，地点错了", "好像不是这里", "可以改一下时间吗"])
def test_more_than_a_yes_does_not_affirm(text: str) -> None:
    assert not intake.affirms(text)


def test_correction_of_the_district_replaces_it() -> None:
    draft, _ = intake.ask(
        smoke().model_copy(update={"where": "盘江区滨江路", "contact": "[电话1]"}), Slot.CONFIRM
    )

    fixed = intake.absorb(
        draft, "不对，是澜湖区不是盘江区", told(district="澜湖区"), Intent.CORRECT
    )

    assert fixed.where == "澜湖区滨江路"
    assert fixed.district == "澜湖区"


@pytest.mark.parametrize(
    ("said", "field", "value"),
    [
        ("时间改成昨晚十一点", "when", "昨晚十一点"),
        ("地点是文渊路12号", "where", "文渊路12号"),
        ("内容改为烧烤店占道经营", "what", "烧烤店占道经营"),
    ],
)
def test_named_field_is_set(said: str, field: str, value: str) -> None:
    draft, _ = intake.ask(smoke(), Slot.CONFIRM)

    fixed = intake.absorb(draft, said, NOTHING, Intent.CORRECT)

    assert getattr(fixed, field) == value


def test_unknown_place_is_not_written_down_as_a_place() -> None:
    draft = intake.begin("有人往河里倒垃圾", told(), Intent.MAKE_COMPLAINT)
    asking, _ = intake.ask(draft, Slot.WHERE)

    taken = intake.absorb(asking, "不清楚", NOTHING, Intent.INFORM)

    assert taken.where is None
    assert intake.next_slot(taken) is Slot.WHERE


def test_place_is_kept_as_precisely_as_it_was_said() -> None:
    draft = intake.begin("有人卖假酒", told(), Intent.REPORT_IRREGULARITY)
    asking, _ = intake.ask(draft, Slot.WHERE)

    heard = told(place="柳岸街道", district="澜湖区")
    taken = intake.absorb(asking, "柳岸街道菜市场门口", heard, Intent.INFORM)

    assert (taken.where, taken.district) == ("柳岸街道菜市场门口", "澜湖区")
    assert taken.what == "有人卖假酒"
