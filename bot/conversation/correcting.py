"""Putting right what an appeal holds: a named field, "B, not A", once more, new details.

Pure functions over ``AppealDraft``, at any point of taking it down.
"""

import re
from collections.abc import Sequence

from bot.conversation.schemas import AppealDraft, Heard, Slot
from routing.extraction.times import find_times
from routing.schemas import AppealKind

WHOLE_PLACE = 24  # characters; longer answers tell more than a place
REFUSES_CONTACT = re.compile(
    r"不(?:想|敢|愿意?)?留|匿名|不方便|不给|不提供|别留|保密电话|没有电话|没手机|不用留|算了|"
    r"(?:不用|不要|不必|不需要|无需|别)(?:再|给|打电话|回)*(?:联系|回访|找我|打电话|打给)"
)
# 「先别提交，我再想想」 changes nothing yet.
_HOLDS = re.compile(
    r"(?:等等|等一?下|慢着|先等等)?[，,\s]*(?:你|您)?(?:先|暂时|还)?(?:别|不要|不用|不)(?:忙|急|着急)*(?:着)?(?:提交|登记|上?报|交)"
    r"[^，,。]{0,3}(?:[，,。\s]*(?:我|让我|容我)?(?:再)?(?:想|考虑|看|核对|检查)[^，,。]{0,4})?[。！!]*$"
)
# 「可以，不过电话换成……」: a yes that is none yet.
_CONCEDES = re.compile(
    r"^(?:可以|好的?|行|对|嗯+|没问题|没错)[，,、\s]*(?:不过|但是?|就是|只是)[，,、\s]*"
)
_CORRECTION = re.compile(
    r"^(?:等等|等下|等一下|哎|哦|噢|啊|慢着|对不起|不好意思|抱歉|我)?[，,、\s]*(?:刚才|前面|刚刚|我)?"
    r"(?:不对|不是(?!很|太|我)|(?:说|写|记|讲|打|弄|搞)?错了|"
    r"(?:说|写|记|讲|打|弄|搞)错(?:小区|地方|地点|地址|路名?|街|区|时间|日子|名字|号码|电话)了?|口误|有误|改一下|更正(?:一下)?|纠正一下|要改)[，,、：:\s]*"
)
_A_NOT_B = re.compile(
    r"是(?:在)?(?P<right>[^，,。是]+?)[，,]?(?:而|并)?不(?:是|在|属于|归)(?P<wrong>[^，,。]+)"
)
_NOT_B_BUT_A = re.compile(
    r"不是(?:在)?(?P<wrong>[^，,。]+?)[，,]?(?:而|应该)?是(?:在)?(?P<right>[^，,。]+)"
)
_NOT_THAT = re.compile(r"不是(?:在)?(?P<wrong>[^，,。是]{2,10})[，,。\s]+(?P<rest>.{2,})")
_FIELD_SAID = re.compile(
    r"^(?:把)?(?P<field>地点|地址|位置|时间|内容|电话|手机号?|号码|联系方式|类型)(?:也|再|要|给我|帮我)*"
    r"(?:(?:说|写|记|弄|打|搞)错了[，,]?(?:应该|要)?(?:是|改成|在)?|不对[，,]?(?:应该|要)?(?:是|改成|在)?|不是.{1,12}[，,]?(?:应该|要)?是(?:在)?|"
    r"(?:改|换|更正|修改)(?:一?下)?[，,：:\s]*(?:成|为|到)?(?:应该)?(?:是)?|应该是|是|：|:)\s*(?P<value>.+)$"
)
_JOINS = re.compile(
    r"(?:请|麻烦|帮我|给我|把|就|还是|都)*(?:它们|这[两几些]件(?:事)?)?(?:合并|合在一起|并在一起|放在?一起|一起办|合成一(?:张|件)|"
    r"不(?:用|要|必)?分(?:开|成[两几二三四]张)?)(?:办理?|登记|处理|工单)?(?:吧|了|就行|就好|一下)?[。！!]*"
)
_PARTS = re.compile(
    r"(?:请|麻烦|帮我|给我|还是|就)*分(?:开|别)(?:办理?|登记|处理)?(?:吧|了|就行|就好)?[。！!]*"
)
_BESIDES = re.compile(
    r"另外|还有(?!电话|手机|号码|时间|地址|地点)|再(?:一|有)个|对了[，,]?(?:还|另)"
)
_AN_ISSUE = 0.7  # probability
_SHORT = 8  # characters
_NO_DISTRICT = "(?<!小)(?<!社)(?<!园)(?<!厂)(?<!校)(?<!景)(?<!院)(?<!片)(?<!城)(?<!市)"
_DISTRICT = re.compile(
    rf"[\u4e00-\u9fff]{{2,8}}?(?:{_NO_DISTRICT}区|县|(?<!城)(?<!夜)(?<!超)市)|经开区|开发区"
)
_DISTRICT_SAID = re.compile(rf"^[\u4e00-\u9fff]{{2,8}}?(?:{_NO_DISTRICT}区|县|市(?!场))(?=.{{2}})")
_AGAIN = re.compile(r"又(?!不)|再次|还在|再一次|今天也|也(?:有|在|发生)")
_KIND_SAID = {
    "投诉": AppealKind.COMPLAINT,
    "举报": AppealKind.IRREGULARITY_REPORT,
    "求助": AppealKind.ASSISTANCE,
    "建议": AppealKind.SUGGESTION,
    "表扬": AppealKind.COMMENDATION,
}
# 「写成求助吧，别写投诉」
_KIND_TOLD = re.compile(
    r"^.{0,8}(?<![别不])(?:写|算|改|按|登记?|报|归|作)(?:成|为|作|个)?(?:是|一个|一件)?(?P<kind>投诉|举报|求助|建议|表扬)"
    r"(?:吧|好了|就行|就好|算了|处理|办)?(?:[，,。！!].{0,10})?$"
)
_SLOT_OF_FIELD = {"地点": Slot.WHERE, "地址": Slot.WHERE, "位置": Slot.WHERE, "时间": Slot.WHEN}


def correct(draft: AppealDraft, text: str, heard: Heard) -> AppealDraft:
    """Apply a correction at the read-back: a named field, "B not A", or new details."""
    body = _CORRECTION.sub("", _CONCEDES.sub("", text.strip()))
    if said := _FIELD_SAID.match(body):
        return _set_field(draft, said["field"], said["value"], heard)
    if kind := _KIND_TOLD.search(body):
        return _set_field(draft, "类型", kind["kind"], heard)
    swaps = [*_NOT_B_BUT_A.finditer(text)] or [*_A_NOT_B.finditer(body)]
    if len(swaps) > 1:
        # 「不是长坡路是云科大道，时间也不是昨天是前天」
        return _swapped(draft, swaps, heard)
    swap = next(iter(swaps), None)
    if swap and _fits_swap(draft, swap, heard):
        right, wrong = swap["right"].strip(" 的。"), swap["wrong"].strip(" 的。")
        fixed = _swap(draft, right, wrong, heard)
        named = right if draft.district and wrong in draft.district else heard.district
        district = named if named and named in right else draft.district
        return fixed.model_copy(update={"district": district})
    return _not_that(draft, text, heard) or _retold(draft, body, heard)


def _not_that(draft: AppealDraft, text: str, heard: Heard) -> AppealDraft | None:
    """Put right 「不是昨天，前天买的」, which names what was wrong and then what is right."""
    found = _NOT_THAT.search(text)
    if found is None:
        return None
    wrong, rest = found["wrong"].strip(" 的。"), found["rest"]
    times = [rest[start:end] for start, end in find_times(rest)]
    if draft.when and wrong in draft.when and times:
        return _swap(draft, times[0], wrong, heard)
    if draft.where and wrong in draft.where and heard.place and heard.place in rest:
        return _swap(draft, heard.place, wrong, heard)
    return None


def holds(text: str) -> bool:
    """Whether a message wants the draft left as it stands for now: 「先别提交」."""
    return _HOLDS.match(text.strip()) is not None


def joins(draft: AppealDraft, text: str) -> bool | None:
    """Return whether one ticket is wanted for all issues; ``None`` where nothing is said of it."""
    wanted = _JOINS.fullmatch(text.strip()) or _PARTS.fullmatch(text.strip())
    return wanted.re is _JOINS if wanted is not None and draft.notes.parts else None


def puts_right(draft: AppealDraft, text: str) -> bool:
    """Whether a message corrects what was said before, whatever is being asked for."""
    if draft.asking is Slot.WHAT:
        return False
    said = _CONCEDES.sub("", text.strip())
    body = _CORRECTION.sub("", said)
    corrects = body != said
    if field := _FIELD_SAID.match(body):
        return (
            corrects
            or re.search(r"改|换|错|不对|应该|不是", said) is not None
            or (draft.asking is not _SLOT_OF_FIELD.get(field["field"]))
        )
    swap = _NOT_B_BUT_A.search(said) or _A_NOT_B.search(body)
    if swap and any(
        value and swap["wrong"].strip() in value
        for value in (draft.what, draft.where, draft.when, draft.district)
    ):
        return True
    # 「不对，是在临江路」; a bare 「不对」 corrects nothing yet.
    return corrects and len(body) > 1


def _fits_swap(draft: AppealDraft, swap: re.Match[str], heard: Heard) -> bool:
    wrong = swap["wrong"].strip(" 的。")
    stands = any(value and wrong in value for value in (draft.what, draft.where, draft.when))
    return stands or heard.district is not None or wrong == draft.district


def _retold(draft: AppealDraft, body: str, heard: Heard) -> AppealDraft:
    """Take what is said anew, without a word of what was wrong."""
    if heard.phone:
        return draft.model_copy(update={"contact": heard.phone, "contact_refused": False})
    if REFUSES_CONTACT.search(body):
        return draft.model_copy(update={"contact": None, "contact_refused": True})
    if _AGAIN.search(body) and draft.when:
        # It happened once more: both times stand, and what was said of it.
        when = f"{draft.when}、{heard.when}" if heard.when else draft.when
        return draft.model_copy(update={"when": when, "what": f"{draft.what}；{body}"})
    if _BESIDES.match(body) and heard.appeal_probability >= _AN_ISSUE and len(body) > _SHORT:
        # One more issue, told late: nothing of the first is wrong.
        return draft.model_copy(update={"what": f"{draft.what}；{body}"})
    if heard.place and heard.place != draft.where:
        return _replaced(draft, body, heard.place, heard.district)
    if heard.when and heard.when != draft.when:
        return draft.model_copy(update={"when": heard.when})
    return draft.model_copy(update={"what": f"{draft.what}；{body}"}) if body else draft


def _swapped(draft: AppealDraft, swaps: Sequence[re.Match[str]], heard: Heard) -> AppealDraft:
    for swap in swaps:
        if _fits_swap(draft, swap, heard):
            draft = _swap(draft, swap["right"].strip(" 的。"), swap["wrong"].strip(" 的。"), heard)
    named = heard.district if heard.place and heard.place in (draft.where or "") else None
    return draft.model_copy(update={"district": named or draft.district})


def _bare_place(body: str) -> str:
    return re.sub(r"^(?:应该)?(?:是)?(?:在)?|[。！!啊哦呀吧]+$", "", body.strip())


def _set_field(draft: AppealDraft, field: str, value: str, heard: Heard) -> AppealDraft:
    value = value.strip(" 。")
    if field in {"地点", "地址", "位置"}:
        return draft.model_copy(update={"where": value, "district": heard.district})
    if field == "类型":
        kind = next((kind for name, kind in _KIND_SAID.items() if name in value), draft.kind)
        shielded = draft.confidential or kind is AppealKind.IRREGULARITY_REPORT
        return draft.model_copy(update={"kind": kind, "confidential": shielded})
    if field == "时间":
        return draft.model_copy(update={"when": value})
    if field == "内容":
        return draft.model_copy(update={"what": value})
    contact = heard.phone or draft.contact
    return draft.model_copy(update={"contact": contact, "contact_refused": contact is None})


def _swap(draft: AppealDraft, right: str, wrong: str, heard: Heard) -> AppealDraft:
    fields: dict[str, str | None] = {
        "what": draft.what,
        "where": draft.where,
        "when": draft.when,
    }
    changed = {
        name: value.replace(wrong, right)
        for name, value in fields.items()
        if value and wrong in value
    }
    if changed or heard.district is None:
        return draft.model_copy(update=changed)
    # The wrong word stands in no field: it was the district that we understood wrongly.
    return draft.model_copy(update={"where": _prefixed(right, draft.where)})


def is_district(place: str) -> bool:
    """Whether a place is a whole district, county or city: 「澜湖区」."""
    return _DISTRICT.fullmatch(place) is not None


def within_district(district: str, where: str) -> str:
    """Return a place under the district that it is really in."""
    return f"{district}{_DISTRICT_SAID.sub('', where)}"


def _replaced(draft: AppealDraft, body: str, place: str, district: str | None) -> AppealDraft:
    if district and draft.where and is_district(place):
        return _redistricted(draft, place, district)
    where = _bare_place(body) if len(body) <= WHOLE_PLACE and place in body else place
    return draft.model_copy(update={"where": where, "district": district or draft.district})


def _redistricted(draft: AppealDraft, said: str, district: str) -> AppealDraft:
    """Put the district alone right: the road and the house number stay."""
    assert draft.where is not None
    update: dict[str, object] = {"district": district, "where": within_district(said, draft.where)}
    if draft.district is not None and draft.district != district:
        update["what"] = draft.what.replace(draft.district, said)
    return draft.model_copy(update=update)


def _prefixed(district: str, where: str | None) -> str:
    return district if where is None or where.startswith(district) else f"{district}{where}"
