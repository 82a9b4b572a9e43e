"""Taking an appeal down, as pure functions."""

import pytest

from bot.conversation import intake, replies
from bot.conversation.consent_words import affirms
from bot.conversation.contact_words import withholds
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
    assert affirms(text)


@pytest.mark.parametrize("text", ["不对", "对不起，地点错了", "好像不是这里", "可以改一下时间吗"])
def test_more_than_a_yes_does_not_affirm(text: str) -> None:
    assert not affirms(text)


def test_yes_may_come_with_the_refusal_of_the_phone_once_more() -> None:
    assert affirms("真的不留，就这样登记", refused=True)
    assert not affirms("真的不留，就这样登记")
    assert not affirms("不留", refused=True)


def test_way_back_from_an_interruption_is_no_part_of_the_answer() -> None:
    asking, _ = intake.ask(smoke(), Slot.WHEN)

    taken = intake.absorb(
        asking, "继续刚才的投诉，我手机[电话1]", told(phone="[电话1]"), Intent.INFORM
    )

    assert (taken.when, taken.contact) == (asking.when, "[电话1]")
    assert intake.absorb(asking, "继续刚才的投诉", told(), Intent.INFORM) == asking


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


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ("说错了，是临江路", "临江路"),
        ("不对，应该是临江路", "临江路"),
        ("地点改成临江路", "临江路"),
    ],
)
def test_place_is_put_right_while_something_else_is_asked(said: str, where: str) -> None:
    asking, _ = intake.ask(smoke(), Slot.CONTACT)

    fixed = intake.absorb(asking, said, told(place="临江路"), Intent.INFORM)

    assert fixed.where == where
    assert fixed.what == smoke().what


def test_place_taken_back_in_one_breath_is_the_second() -> None:
    draft = intake.begin("有人往河里倒垃圾", told(), Intent.MAKE_COMPLAINT)
    asking, _ = intake.ask(draft, Slot.WHERE)

    heard = told(place="文渊路")
    taken = intake.absorb(asking, "在文渊路，不对，在临江路", heard, Intent.INFORM)

    assert taken.where == "在临江路"


def test_new_time_after_the_draft_is_complete_stands_beside_the_first() -> None:
    draft, _ = intake.ask(smoke().model_copy(update={"contact": "[电话1]"}), Slot.CONFIRM)

    fixed = intake.absorb(draft, "今天早上又冒烟了", told(when="今天早上"), Intent.INFORM)

    assert fixed.when == "半夜、今天早上"
    assert fixed.what == f"{smoke().what}；今天早上又冒烟了"


def test_time_is_asked_for_and_a_place_is_no_time() -> None:
    draft = smoke().model_copy(update={"when": None})
    asking, _ = intake.ask(draft, Slot.WHEN)

    assert intake.absorb(asking, "翠峰雅苑", NOTHING, Intent.INFORM).when is None
    assert intake.absorb(asking, "[电话1]", NOTHING, Intent.INFORM).when is None
    assert intake.absorb(asking, "大概一个多月了", NOTHING, Intent.INFORM).when == "大概一个多月了"


def test_phone_refused_before_it_is_asked_for_is_not_asked_for() -> None:
    draft = intake.begin("文渊阁小区昨晚有人放鞭炮，不留电话", told(), Intent.MAKE_COMPLAINT)

    assert draft.contact_refused


@pytest.mark.parametrize(
    ("text", "intent", "kind"),
    [
        ("想给司机师傅点个赞，扶我妈上车", Intent.COMMEND, AppealKind.COMMENDATION),
        ("建议在路口加个红绿灯", Intent.MAKE_SUGGESTION, AppealKind.SUGGESTION),
        ("我建议你们查查，我要投诉这家店", Intent.MAKE_SUGGESTION, AppealKind.COMPLAINT),
    ],
)
def test_kind_said_outright_goes_before_what_was_heard(
    text: str, intent: Intent, kind: AppealKind
) -> None:
    assert intake.begin(text, told(), intent).kind is kind


def test_kind_is_changed_and_a_report_is_shielded() -> None:
    draft, _ = intake.ask(smoke(), Slot.CONFIRM)

    fixed = intake.absorb(draft, "类型改成举报", NOTHING, Intent.CORRECT)

    assert (fixed.kind, fixed.confidential) == (AppealKind.IRREGULARITY_REPORT, True)


@pytest.mark.parametrize(
    "text", ["电话我不想留", "号码就不写了", "不用联系我", "别打电话给我", "不要给我打电话"]
)
def test_phone_is_refused_whatever_was_asked(text: str) -> None:
    draft = smoke().model_copy(update={"asking": Slot.WHEN})

    assert intake.absorb(draft, text, NOTHING, Intent.INFORM).contact_refused


@pytest.mark.parametrize("text", ["电话不通，联系不上物业", "打电话给物业，物业不接，别提多气人"])
def test_phone_spoken_of_is_no_refusal(text: str) -> None:
    assert not withholds(text)


def test_how_long_it_has_lasted_is_a_time() -> None:
    text = "我要投诉，翠峰雅苑门口的垃圾桶三天没人清"
    draft = intake.begin(text, told(place="翠峰雅苑门口"), Intent.MAKE_COMPLAINT)

    assert draft.when == "已有三天"
    assert intake.next_slot(draft) is Slot.CONTACT


def test_kind_that_needs_no_time_gets_none() -> None:
    heard = told(kind=AppealKind.ASSISTANCE, place="鹤鸣苑")
    draft = intake.begin("停水两天了", heard, Intent.REQUEST_ASSISTANCE)

    assert draft.when is None


@pytest.mark.parametrize("text", ["时间也改一下，是每个周末晚上", "不对，时间改成每个周末晚上"])
def test_time_is_put_right_in_its_own_words(text: str) -> None:
    draft = smoke().model_copy(update={"asking": Slot.CONFIRM})

    assert intake.absorb(draft, text, told(when="周末晚上"), None).when == "每个周末晚上"


def test_yes_but_with_another_number_is_a_correction() -> None:
    draft = smoke().model_copy(update={"asking": Slot.WHEN, "when": None, "contact": "[电话1]"})
    changed = intake.absorb(draft, "可以，不过电话换成[电话2]", told(phone="[电话2]"), None)

    assert changed.contact == "[电话2]"


def asked_for(slot: Slot, **fields: object) -> AppealDraft:
    begun = smoke().model_copy(update=fields)
    return intake.ask(begun, slot)[0]


@pytest.mark.parametrize("text", ["不消留", "没得必要留", "我记不得电话号码了", "没得手机"])
def test_number_is_refused_in_many_words(text: str) -> None:
    taken = intake.absorb(asked_for(Slot.CONTACT), text, told(), None)

    assert taken.contact_refused
    assert taken.what == smoke().what


def test_message_of_use_does_not_count_as_asked_in_vain() -> None:
    draft = asked_for(Slot.CONTACT)
    taken = intake.absorb(draft, "说错了，是澜湖区", told(place="澜湖区", district="澜湖区"), None)

    assert intake.tells_more(draft, taken, "说错了，是澜湖区")
    asking, question = intake.ask(taken, Slot.CONTACT, patient=True)
    assert asking.asked[Slot.CONTACT] == draft.asked[Slot.CONTACT]
    assert question == replies.ASK_CONTACT


def test_mere_yes_is_patiently_asked_again_and_a_riddle_is_not() -> None:
    draft = asked_for(Slot.CONTACT)

    assert intake.tells_more(draft, draft, "好")
    assert not intake.tells_more(draft, draft, "一二三")


def test_district_alone_is_put_right_within_the_place() -> None:
    draft = asked_for(
        Slot.CONTACT, where="盘江区柳岸路", district="盘江区", what="盘江区柳岸路冒烟"
    )

    taken = intake.absorb(draft, "说错了，是澜湖区", told(place="澜湖区", district="澜湖区"), None)

    assert (taken.where, taken.district) == ("澜湖区柳岸路", "澜湖区")
    assert taken.what == "澜湖区柳岸路冒烟"


def test_any_such_place_is_asked_for_once_more_and_joined_to_its_name() -> None:
    draft = asked_for(Slot.WHERE, where=None, district=None)

    vague = intake.absorb(draft, "工地", told(), None)
    assert intake.next_slot(vague) is Slot.WHERE
    assert not intake.tells_more(draft, vague, "工地")
    asking, question = intake.ask(vague, Slot.WHERE)
    assert question == replies.ASK_WHERE_AGAIN
    named = intake.absorb(asking, "环山路", told(place="环山路", district="盘江区"), None)
    assert named.where == "环山路工地"


def test_first_message_that_takes_a_place_back_is_put_right() -> None:
    heard = told(place="沙坝村", district="鹤岭县")

    draft = intake.begin("沙坝村的路灯坏了，不对，是松林铺村", heard, Intent.MAKE_COMPLAINT)

    assert (draft.where, draft.what) == ("松林铺村", "松林铺村的路灯坏了")


def test_two_corrections_in_one_sentence_are_both_made() -> None:
    draft = asked_for(Slot.CONTACT, where="长坡路", what="昨天长坡路有渣土车撒土", when="昨天夜里")

    said = "我弄错了，不是长坡路是云科大道，时间也不是昨天是前天"
    taken = intake.absorb(draft, said, told(), None)

    assert (taken.where, taken.when) == ("云科大道", "前天夜里")
    assert taken.what == "前天云科大道有渣土车撒土"


def test_kind_and_a_further_issue_may_be_told_at_the_read_back() -> None:
    draft = asked_for(Slot.CONFIRM, contact="[电话1]")

    kind = intake.absorb(draft, "等一下，写成求助吧，别写投诉", told(), None)
    assert kind.kind is AppealKind.ASSISTANCE
    more = "另外青屏车站的厕所一直没水"
    both = intake.absorb(draft, more, told(place="青屏车站", district="青屏县"), None)
    assert (both.where, both.what) == (draft.where, f"{draft.what}；{more}")


@pytest.mark.parametrize("text", ["以上信息无误，请予登记。", "行，报吧", "赶紧报上去", "没得问题"])
def test_yes_is_heard_clause_by_clause(text: str) -> None:
    assert affirms(text)


@pytest.mark.parametrize("text", ["办了吗", "转人工", "不对，改一下", "报修电话多少"])
def test_what_says_more_is_no_yes(text: str) -> None:
    assert not affirms(text)
