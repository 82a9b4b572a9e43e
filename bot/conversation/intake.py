"""Taking an appeal down (诉求登记): one state machine for every channel, with Rasa and without.

Pure functions over ``AppealDraft``: what was understood is absorbed, the next missing thing is
asked for, the draft is read back. Nothing here asks for what was already said.
"""

import re

from bot.conversation import replies
from bot.conversation.correcting import (
    REFUSES_CONTACT,
    WHOLE_PLACE,
    correct,
    holds,
    is_district,
    joins,
    puts_right,
    within_district,
)
from bot.conversation.intents import Intent
from bot.conversation.schemas import AppealDraft, Heard, Slot
from routing.schemas import AppealKind

ASKED_AT_MOST = 2

# What each kind needs before it can be handled, in the order of asking.
_NEEDED: dict[AppealKind, tuple[Slot, ...]] = {
    AppealKind.COMPLAINT: (Slot.WHAT, Slot.WHERE, Slot.WHEN, Slot.CONTACT),
    AppealKind.IRREGULARITY_REPORT: (Slot.WHAT, Slot.WHERE, Slot.WHEN, Slot.CONTACT),
    AppealKind.ASSISTANCE: (Slot.WHAT, Slot.WHERE, Slot.CONTACT),
    AppealKind.INQUIRY: (Slot.WHAT, Slot.CONTACT),
    AppealKind.SUGGESTION: (Slot.WHAT, Slot.CONTACT),
    AppealKind.COMMENDATION: (Slot.WHAT, Slot.CONTACT),
}
_TIMED = frozenset(kind for kind, slots in _NEEDED.items() if Slot.WHEN in slots)
# Where two kinds fit, the better protected one wins.
_PROTECTION = (
    AppealKind.IRREGULARITY_REPORT,
    AppealKind.COMPLAINT,
    AppealKind.ASSISTANCE,
    AppealKind.INQUIRY,
)
_KIND_OF_INTENT = {
    Intent.MAKE_COMPLAINT: AppealKind.COMPLAINT,
    Intent.REPORT_IRREGULARITY: AppealKind.IRREGULARITY_REPORT,
    Intent.REQUEST_ASSISTANCE: AppealKind.ASSISTANCE,
    Intent.MAKE_SUGGESTION: AppealKind.SUGGESTION,
    Intent.COMMEND: AppealKind.COMMENDATION,
}
_LEAD_IN = re.compile(
    r"^(?:你好|您好|喂)?[，,。!！\s]*(?:我)?(?:要|想|想要|得|来)?(?:投诉|举报|反映|反应|求助|建议|登记|表扬)"
    r"(?:一下|一个|个)?(?:问题|情况|事情|事)?[，,。：:！!\s]*"
)
_COURTESY = re.compile(
    r"^(?:(?:好的?|谢谢(?:你|您|了|啊)?|多谢|您?好|你好|对了|另外|还有|顺便|嗯|哦)[，,。！!\s]*)+(?=.{4})"
)
_REGISTERS = re.compile(
    r"^(?:那|就|那就|你|您|请|麻烦|帮我|给我|替我|可以|好|好的|行)*[，,]?(?:帮我|给我)?登记(?:吧|一下|下来|上去|了)*[。!！]*$"
)
_ENOUGH = 4  # characters that can tell what happened: 路灯不亮
_BESIDE_A_TIME = 2  # characters of a message that says a time and nothing else
_BESIDE_A_PLACE = 4  # characters of a message that names a place and nothing else
_REMAINDER = 6  # more than an answer to the open question: worth keeping
_UNKNOWN = re.compile(
    r"^(?:我)?(?:不清楚|不知道|不晓得|记不得|记不清|不记得|忘了|说不清|没有|随便)[了啊吧。]*$"
)
_WITHHOLDS = re.compile(
    r"(?:不|别|甭|莫|勿|休)(?:想|愿意?|方便|用|要|敢|再)?(?:跟我|向我|找我)?(?:留|给|提供|填|登记|问|要)(?:我的?)?(?:电话|号码|手机|联系方式|姓名)|"
    r"(?:电话|号码|手机号?|联系方式)(?:我|就|也|都|暂时|先|还是)*(?:不|别)(?:太|大)?(?:想|愿意?|方便|用|要|敢|了)*"
    r"(?:留|给|提供|填|登记|写|说|告诉|公开)|"
    r"(?:不用|不要|不必|不需要|无需|别)(?:再|给|打电话)*(?:联系|回访|找)我|(?:不用|不要|不必|别)(?:给我)?(?:回|打)电话"
)
# Asked for a number: none to give, or none that is known by heart.
_HAS_NO_CONTACT = re.compile(
    r"不消|(?:甭|莫|勿|休|懒得)[^，,。]{0,5}(?:留|给|要|问|提供|填|写)|没得?(?:啥|什么)?必要|没有必要|免了|跳过|没得(?:电话|手机|号)|不会用手机|不(?:大|太|怎么)?(?:愿意?|想|敢|好)(?:给|说|留)|"
    r"留(?:它|这个|电话)?(?:来)?(?:干啥|干嘛|做啥|做什么|干什么)[呀啊嘛]?[，,]?(?:不|免)"
)
_FORGOT = re.compile(r"(?:记|想)不(?:得|起|清|住|到)|不记得|忘(?:了|记)|不晓得|不知道|不清楚")
_NUMBER_WORD = re.compile(r"电话|号码|手机|联系")
_SHORT = 8  # characters
# Any such place: where it is has still to be said.
_VAGUE_PLACE = re.compile(
    r"(?:在|就在|是|我们?|咱们?|这|那|我家|自己|一个|有个|某个?|的|个)*"
    r"(?:工地|小区|学校|医院|楼下|楼上|家里?|门口|路边|路上|马路(?:上|边)?|公园|单位|公司|厂里?|商场|超市|菜市场|饭店|餐馆|"
    r"附近|这里|那里|这边|那边|这儿|外面|村里|村子|隔壁|对面|院子)(?:里面?|头|门口|附近|旁边|那边|上)*[啊呀呢嘛。]*"
)
# No answer to the question where: 「哎呀我也说不好」
_NO_PLACE = re.compile(r"算了|[我你您他她它]|怎么|什么|[吗呢][?？]?$|不|没|烦|[?？]|臭|吵|坏|漏")
_PLACE_HINT = re.compile(
    r"[路街巷道号栋幢楼室村镇乡桥区县市园店厂站校院场城府苑庭湾寨坝坡队组]|门口|旁边|附近|对面|隔壁|家|里面|这边|那边|网上"
)
_WHOSE = re.compile(r"^(?:在|就在|是|我们?|咱们?|这|那|自己|一个|有个|某个?|的|个)+")
_BLAMES = re.compile(r"投诉|举报|曝光")
# Words that name a kind so plainly that nothing heard beside them counts.
_SAID_OUTRIGHT = {
    AppealKind.COMMENDATION: re.compile(r"表扬|点个?赞|锦旗|夸|感谢|谢谢"),
    AppealKind.SUGGESTION: re.compile(
        r"建议|提个?意见|希望能?|应该(?:多|增|加|设|装|改|开|修)|最好能?|要是能|增设|能不能多"
    ),
}
_SUGGESTS = re.compile(
    r"(?:我觉得|我认为|希望|最好).{0,24}(?:应该|多装|多设|增设|增加|加装|多开|改成|统一)"
)
_AFFIRMS = re.compile(
    r"^(?:确认|确定|对|对的|是|是的|没问题|没错|好|好的|可以|行|嗯+|提交|正确|没有问题|就(?:是)?这样|这[回次下](?:都|全)?对|ok|OK)"
    r"(?:了|啊|吧|呀|哦|噢|提交|登记|交|报)*[。！!~]*$|"
    # all of it is right: 「以上信息无误」
    r"^(?:以上|上述|上面|这些|所有|全部|信息|内容|情况|写|记|说|讲|得|的|都|全|也)*(?:无误|属实|没错|正确|准确|齐全|没(?:有)?问题)(?:的|了|啊|呀)*[。！!~]*$|"
    # what is wanted done: 「赶紧报上去」, 「请予登记」
    r"^(?:请|就|那|那就|你|您|你们|赶紧|赶快|快点?|马上|尽快|给我|帮我|替我|麻烦|可以|行|好|予以?|往)*"
    r"(?:提交|登记|上报|递交|报|交|递|转|办|送)(?:上去|过去|上|去|了|吧|啊|呀|嘛|就行|就好|即可|一下|下)*[。！!~]*$|"
    r"^(?:中|成|妥|得|管|要得|没得问题|莫得问题|木问题|冇问题|欧了|好(?:嘞|滴|咧|的呢)|阔以|闷得)(?:了|啊|呀|嘛|吧)*[。！!~]*$"
)
# Back from an interruption: 「继续刚才的投诉，……」
_GOES_ON = re.compile(
    r"^(?:好的?|行)?[，,]?(?:那就?|我们?|咱们?)?(?:继续|接着|回到)(?:说|填|登记|办|报)?(?:刚才|刚刚|之前|前面|上面)?"
    r"(?:的|那个|那件)?(?:投诉|举报|登记|诉求|求助|建议|表扬|反映|事儿?|话题)?(?:吧|哈)?(?:[，,。！!\s]+|$)|"
    r"^(?:(?:好的?|行|那|已经|我|刚|都)*(?:打|报)(?:了|过|完)?(?:电话|警|1[12][0-9])(?:了|过了|的)*[，,。！!\s]+)?"
    r"(?:现在|先|再|那|就|我们?|还是|接着|继续)*(?:说说|讲讲|说一?下|聊聊)(?:刚才|那个|另外|那件)*[^，,。]{0,8}的?(?:事儿?|问题|情况)吧?(?:[，,。！!\s]+|$)"
)
# One breath: 「在文渊路，不对，在临江路」
_TAKEN_BACK = re.compile(
    r"^(?P<wrong>.{1,20}?)[，,。…\s]+(?:哦|噢|啊|哎)?(?:不对|不是|错了|说错了|口误|记错了)[了啊哦]?[，,。\s]+(?:应该)?(?:是)?(?P<right>.{2,})$"
)
# 「沙坝村的路灯坏了，不对，是松林铺村」
_SLIP_OF_THE_TONGUE = re.compile(
    r"[，,。…\s]+(?:哦|噢|啊|哎|呃)?(?:不对|(?:我)?(?:说|讲|记|写|打)错了|口误)[了啊哦]?[，,。\s]*(?:应该)?是?在?"
    r"(?P<right>[^，,。！!？?\s]{2,16})"
)
# Who speaks and that a number follows: no part of what happened.
_WHO = re.compile(
    r"我(?:叫|姓|是)[^，,。]{1,4}(?=[，,。]|$)|(?:我的?)?(?:电话|手机号?|号码|联系方式)(?:就?是|：|:)?"
)
_CLAUSE = re.compile(r"[，,。；;\s]+")
_PLACEHOLDER = re.compile(r"\[[^\]]*\]")  # of personal data
_TIME = re.compile(
    r"[年月日天号点时早晚午夜昨今前周刚久每]|星期|礼拜|最近|一直|经常|平时|期间|春节|国庆|寒假|暑假|假期|长期|\d"
)


# How long it has been so, which is a time as well: 「停水两天了」「三天没人清」
_LASTING = re.compile(
    r"(?<![第\d好])(?:\d{1,3}|[一二两三四五六七八九十半几]{1,2}|多少)(?:多)?(?:来)?个?(?:多)?(?:天|周|星期|礼拜|月|年|小时|钟头|晚上)"
    r"(?=多?(?:了|没|不|都|还没|一直))"
)


# 「锁了一个星期」
_LASTED = re.compile(
    r"(?<=了)(?:\d{1,3}|[一二两三四五六七八九十半几]{1,2})(?:多)?(?:来)?个?(?:多)?(?:天|周|星期|礼拜|月|年)(?=[，,。！!\s]|$)"
)


def begin(text: str, heard: Heard, intent: Intent | None) -> AppealDraft:
    """Open a draft from the first thing said; everything already told is in it."""
    text, heard = _put_right_at_once(text, heard)
    draft = AppealDraft(kind=_kind(text, heard, intent), what="")
    withheld = heard.anonymous or (_WITHHOLDS.search(text) is not None and heard.phone is None)
    told = _absorb_heard(draft, text, heard)
    return told.model_copy(update={"what": _what(text), "contact_refused": withheld})


def begin_offered(text: str, heard: Heard | None) -> AppealDraft:
    """Open a draft from what was said before: a story (``heard``), or a question without guide."""
    if heard is None:
        return AppealDraft(kind=AppealKind.INQUIRY, what=text)
    return begin(text, heard, None)


def absorb(draft: AppealDraft, text: str, heard: Heard, intent: Intent | None) -> AppealDraft:
    """Take what one message says: the answer to the open question, and anything else it tells."""
    text = _GOES_ON.sub("", text.strip())
    if not text or (draft.asking is Slot.CONFIRM and holds(text)):
        return draft
    if (joined := joins(draft, text)) is not None:
        return draft.model_copy(update={"joined": joined})
    if draft.asking is Slot.CONFIRM or puts_right(draft, text):
        return correct(draft, text, heard)
    if taken_back := _TAKEN_BACK.match(text.strip()):
        text = taken_back["right"]
        heard = heard.model_copy(update=_of_the_rest(heard, text))
    told = _absorb_heard(draft, text, heard)
    if told.contact is None and _WITHHOLDS.search(text):
        told = told.model_copy(update={"contact_refused": True})
    if heard.when and len(text) - len(heard.when) <= _BESIDE_A_TIME:
        told = told.model_copy(update={"when": text})  # said once more, and closer
    answered = _ANSWERS[draft.asking](told, text, intent) if draft.asking in _ANSWERS else told
    return _keep_remainder(answered, text, heard)


def listen(draft: AppealDraft, text: str, heard: Heard) -> AppealDraft:
    """Add what a caller tells a person: the assistant asked nothing, everything is a detail."""
    told = _absorb_heard(draft, text, heard)
    details = text.strip()
    worth = len(re.sub(r"\W", "", details)) > _REMAINDER
    if not told.what:
        return told.model_copy(update={"what": _what(details)})
    return told.model_copy(update={"what": f"{told.what}；{details}"}) if worth else told


def edit(draft: AppealDraft, changes: dict[str, str], heard: Heard | None) -> AppealDraft:
    """Set fields by hand; ``heard`` is the reading of a new place."""
    update: dict[str, object] = {
        name: changes[name].strip() for name in ("what", "when") if name in changes
    }
    if "where" in changes:
        update["where"] = changes["where"].strip() or None
        update["district"] = heard.district if heard else None
    if "kind" in changes:
        update["kind"] = AppealKind(changes["kind"])
    if "confidential" in changes:
        # A report stays confidential whatever is ticked.
        update["confidential"] = (
            changes["confidential"] == "true" or draft.kind is AppealKind.IRREGULARITY_REPORT
        )
    if "joined" in changes:
        update["joined"] = changes["joined"] == "true"
    if "contact" in changes:
        contact = changes["contact"].strip() or None
        update |= {"contact": contact, "contact_refused": contact is None}
    return draft.model_copy(update=update)


def next_slot(draft: AppealDraft) -> Slot:
    """Return the first thing still missing; ``CONFIRM`` when nothing is."""
    for slot in _NEEDED[draft.kind]:
        if not _filled(draft, slot) and draft.asked.get(slot, 0) < _limit(slot):
            return slot
    return Slot.CONFIRM


def ask(draft: AppealDraft, slot: Slot, *, patient: bool = False) -> tuple[AppealDraft, str]:
    """Return the draft with ``slot`` as its open question, and the question.

    Args:
        draft: as far as it is taken down.
        slot: what is asked for.
        patient: the citizen told something else of use meanwhile; the question is put once more
            as at first, and does not count as asked in vain.
    """
    times = draft.asked.get(slot, 0)
    if patient and times and slot is draft.asking:
        return draft, _question(draft, slot, times - 1)
    asking = draft.model_copy(update={"asking": slot, "asked": {**draft.asked, slot: times + 1}})
    return asking, _question(draft, slot, times)


def tells_more(before: AppealDraft, after: AppealDraft, text: str) -> bool:
    """Whether a message that leaves the question open was of use all the same, or a mere yes."""
    if before.asking is Slot.WHERE and is_vague(after.where or ""):
        return False
    told = any(
        getattr(before, name) != getattr(after, name)
        for name in ("where", "district", "when", "kind", "contact")
    )
    goes_on = not _GOES_ON.sub("", text.strip())
    return told or goes_on or affirms(text) or puts_right(before, text)


def repeat(draft: AppealDraft) -> str:
    """Return the open question as it was first asked (after an interruption); empty if none."""
    return _question(draft, draft.asking, 0) if draft.asking is not None else ""


def affirms(text: str, *, refused: bool = False) -> bool:
    """Whether a message is nothing but a yes; ``refused``: the phone, and it may be said again."""
    clauses = [one for one in _CLAUSE.split(text.strip()) if one]
    said = [one for one in clauses if not (refused and REFUSES_CONTACT.search(one))]
    return bool(said) and all(_AFFIRMS.match(one) for one in said)


def registers(text: str) -> bool:
    """Whether a message asks that what was said be taken down, and says nothing more."""
    return _REGISTERS.match(text.strip()) is not None


def withholds(text: str) -> bool:
    """Whether a message refuses to give a phone or a name, asked or not."""
    return _WITHHOLDS.search(text) is not None


def gives_contact(text: str, heard: Heard) -> bool:
    """Whether a message answers the question for a contact, by number or by refusal."""
    return heard.phone is not None or _refuses_contact(text)


def _refuses_contact(text: str) -> bool:
    """Whether who is asked for a number gives none."""
    if REFUSES_CONTACT.search(text) or _HAS_NO_CONTACT.search(text):
        return True
    of_number = _NUMBER_WORD.search(text) is not None or len(text) <= _SHORT
    return of_number and _FORGOT.search(text) is not None


def read_back(draft: AppealDraft) -> str:
    """Return the draft in words, one field a line."""
    contact = "不留（匿名）" if draft.contact_refused else draft.contact or "未提供"
    lines = [
        f"类型：{draft.kind.label}",
        f"内容：{draft.what}",
        *_parts(draft),
        f"地点：{draft.where}" if draft.where else "",
        f"时间：{draft.when}" if draft.when else "",
        f"联系方式：{contact}",
        "身份：对承办单位保密" if draft.confidential else "",
    ]
    return "\n".join(line for line in lines if line)


def _parts(draft: AppealDraft) -> list[str]:
    """Say which issues go to whom, and how to have one ticket for all of them."""
    if not draft.parts:
        return []
    several = [
        f"第{number}件：{part.text}（转{part.department or '派单员确定的单位'}）"
        for number, part in enumerate(draft.parts, 1)
    ]
    return [f"分成{len(several)}张工单办理，要合在一起请说“合并”：", *several]


def _kind(text: str, heard: Heard, intent: Intent | None) -> AppealKind:
    said = _KIND_OF_INTENT.get(intent) if intent is not None else None
    for kind in (one for one in (said, heard.kind) if one in _SAID_OUTRIGHT):
        if _SAID_OUTRIGHT[kind].search(text) and not _BLAMES.search(text):
            return kind
    if heard.kind is AppealKind.ASSISTANCE and _SUGGESTS.search(text):
        return AppealKind.SUGGESTION
    fitting = [kind for kind in (said, heard.kind) if kind is not None]
    for kind in _PROTECTION:
        if kind in fitting and kind is not AppealKind.INQUIRY:
            return kind
    return said or (AppealKind.COMPLAINT if heard.kind is AppealKind.INQUIRY else heard.kind)


def _what(text: str) -> str:
    if registers(text):
        return ""  # wants it written down, and has not said what
    told = _LEAD_IN.sub("", _COURTESY.sub("", text), count=1).strip(" ，,。")
    return told if len(told) >= _ENOUGH else ""


def _absorb_heard(draft: AppealDraft, text: str, heard: Heard) -> AppealDraft:
    found = _LASTING.search(text) or _LASTED.search(text)
    # Who is asked for the time answers in their own words.
    timed = draft.kind in _TIMED and draft.asking is not Slot.WHEN
    lasting = f"已有{found[0]}" if found and timed else None
    confidential = (
        draft.confidential
        or heard.confidential
        or heard.anonymous
        or draft.kind is AppealKind.IRREGULARITY_REPORT
    )
    return draft.model_copy(
        update={
            "where": _placed(draft, text, heard),
            "district": draft.district or heard.district,
            "when": draft.when or heard.when or lasting,
            "contact": draft.contact or heard.phone,
            "contact_refused": (draft.contact_refused or heard.anonymous) and not heard.phone,
            "confidential": confidential,
            "category": draft.category or heard.category,
        }
    )


def _answer_what(draft: AppealDraft, text: str, _intent: Intent | None) -> AppealDraft:
    return draft.model_copy(update={"what": _what(text) or text.strip()})


def _answer_where(draft: AppealDraft, text: str, intent: Intent | None) -> AppealDraft:
    said = text.strip()
    if _UNKNOWN.match(said) or intent is Intent.DENY:
        return draft
    if draft.where is None and _NO_PLACE.search(said) and not _PLACE_HINT.search(said):
        return draft
    # The gazetteer knows the subdistrict, the citizen the gate: a short answer is kept whole.
    if draft.where is None or (draft.where in said and len(said) <= WHOLE_PLACE):
        return draft.model_copy(update={"where": said})
    if is_vague(draft.where) and not is_vague(said) and len(said) <= WHOLE_PLACE:
        return draft.model_copy(update={"where": _closer(said, draft.where)})
    return draft


def is_vague(where: str) -> bool:
    """Whether a place is any of its kind: 「工地」, 「我们小区」."""
    return _VAGUE_PLACE.fullmatch(where.strip()) is not None


def _closer(said: str, where: str) -> str:
    """Return the place just named, with what was said of it before."""
    kind = _WHOSE.sub("", where)
    return said if kind in said or not kind else f"{said}{kind}"


def _placed(draft: AppealDraft, text: str, heard: Heard) -> str | None:
    """Return where it is, after one more message."""
    where, named = draft.where, heard.place
    if where is None or named is None or named in where:
        return where or named
    if is_vague(where):
        return _closer(named, where)
    only_a_place = len(text.strip()) - len(named) <= _BESIDE_A_PLACE
    if heard.district is None or draft.district is not None or not only_a_place:
        return where
    # What was taken for a place so far lies nowhere we know: the new name says where.
    if is_district(named):
        return within_district(named, where)
    return f"{named}{where}"


def _answer_when(draft: AppealDraft, text: str, _intent: Intent | None) -> AppealDraft:
    if draft.when or not _TIME.search(_PLACEHOLDER.sub("", text)):
        return draft
    return draft.model_copy(update={"when": text.strip()})


def _answer_contact(draft: AppealDraft, text: str, intent: Intent | None) -> AppealDraft:
    refuses = intent in {Intent.WITHHOLD_CONTACT, Intent.DENY} or _refuses_contact(text)
    if draft.contact is None and refuses:
        return draft.model_copy(update={"contact_refused": True})
    return draft


_ANSWERS = {
    Slot.WHAT: _answer_what,
    Slot.WHERE: _answer_where,
    Slot.WHEN: _answer_when,
    Slot.CONTACT: _answer_contact,
}


def _keep_remainder(draft: AppealDraft, text: str, heard: Heard) -> AppealDraft:
    if draft.asking in {Slot.WHAT, None} or text.strip() in {draft.where, draft.when}:
        return draft
    remainder = text
    for taken in (heard.place, heard.when, heard.phone):
        remainder = remainder.replace(taken, "") if taken else remainder
    remainder = _WHO.sub("", remainder)
    if len(re.sub(r"\W", "", remainder)) <= _REMAINDER or REFUSES_CONTACT.search(text):
        return draft
    if draft.asking is Slot.CONTACT and _refuses_contact(text):
        return draft
    return draft.model_copy(update={"what": f"{draft.what}；{text.strip()}".strip("；")})


def _put_right_at_once(text: str, heard: Heard) -> tuple[str, Heard]:
    """Return what was said with what it takes back itself put right, and what was heard of it."""
    slip = _SLIP_OF_THE_TONGUE.search(text)
    if slip is None:
        return text, heard
    told, right = text[: slip.start()], slip["right"].strip()
    if heard.place and heard.place in told and _PLACE_HINT.search(right):
        said = {"place": right, "district": None}
        return told.replace(heard.place, right) + text[slip.end() :], heard.model_copy(update=said)
    if heard.when and heard.when in told and _TIME.search(right):
        meant = heard.model_copy(update={"when": right})
        return told.replace(heard.when, right) + text[slip.end() :], meant
    return text, heard


def _of_the_rest(heard: Heard, text: str) -> dict[str, object]:
    """Return what was heard, without what the words taken back said."""
    return {
        "place": heard.place if heard.place and heard.place in text else None,
        "when": heard.when if heard.when and heard.when in text else None,
    }


def _filled(draft: AppealDraft, slot: Slot) -> bool:
    if slot is Slot.WHAT:
        return bool(draft.what)
    if slot is Slot.WHERE:
        return draft.where is not None and (draft.district is not None or not is_vague(draft.where))
    if slot is Slot.WHEN:
        return draft.when is not None
    return draft.contact is not None or draft.contact_refused


def _limit(slot: Slot) -> int:
    # Without what happened there is no appeal; a time nobody remembers is asked for once.
    return {Slot.WHAT: 99, Slot.WHEN: 1}.get(slot, ASKED_AT_MOST)


def _question(draft: AppealDraft, slot: Slot, times: int) -> str:
    again = times > 0
    if slot is Slot.WHAT:
        return replies.ASK_WHAT
    if slot is Slot.WHERE:
        return replies.ASK_WHERE_AGAIN if again else replies.ASK_WHERE
    if slot is Slot.WHEN:
        return replies.ASK_WHEN
    if slot is Slot.CONTACT:
        first = replies.ASK_CONTACT_PROTECTED if draft.confidential else replies.ASK_CONTACT
        return replies.ASK_CONTACT_AGAIN if again else first
    return replies.CONFIRM.format(draft=read_back(draft))
