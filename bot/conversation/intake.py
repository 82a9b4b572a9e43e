"""Taking an appeal down (诉求登记): one state machine for every channel, with Rasa and without.

Pure functions over ``AppealDraft``: what was understood is absorbed, the next missing thing is
asked for, the draft is read back. Nothing here asks for what was already said.
"""

import re

from bot.conversation import replies
from bot.conversation.consent_words import (
    affirms,
    agrees,
    registers,
    says_only_courtesy,
    without_return,
)
from bot.conversation.contact_words import refuses_contact, withholds
from bot.conversation.correcting import (
    REFUSES_CONTACT,
    WHOLE_PLACE,
    correct,
    holds,
    joins,
    puts_right,
)
from bot.conversation.intents import Intent
from bot.conversation.one_breath import put_right_at_once, taken_back, tells_time
from bot.conversation.place_words import closer, hints_at_place, is_vague, placed, tells_no_place
from bot.conversation.schemas import AppealDraft, Heard, Slot
from routing.schemas import AppealKind

ASKED_AT_MOST = 2
_PATIENCE = 2  # times a question is put again while other things of use are told

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
_ENOUGH = 4  # characters that can tell what happened: 路灯不亮
_BESIDE_A_TIME = 2  # characters of a message that says a time and nothing else
_REMAINDER = 6  # more than an answer to the open question: worth keeping
_UNKNOWN = re.compile(
    r"^(?:我)?(?:不清楚|不知道|不晓得|记不得|记不清|不记得|忘了|说不清|没有|随便)[了啊吧。]*$"
)
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
# Who speaks and that a number follows: no part of what happened.
_WHO = re.compile(
    r"我(?:叫|姓|是)[^，,。]{1,4}(?=[，,。]|$)|(?:我的?)?(?:电话|手机号?|号码|联系方式)(?:就?是|：|:)?"
)
_PLACEHOLDER = re.compile(r"\[[^\]]*\]")  # of personal data


# How long it has been so, which is a time as well: 「停水两天了」「三天没人清」
_LASTING = re.compile(
    r"(?<![第\d好])(?:\d{1,3}|[一二两俩三仨四五六七八九十半几]{1,2}|多少)(?:多)?(?:来)?个?(?:多)?(?:天|周|星期|礼拜|月|年|小时|钟头|晚上)"
    r"(?=多?(?:了|没|不|都|还没|一直))"
)

_SINCE = "已有"  # before how long it has lasted
# 「锁了一个星期」
_LASTED = re.compile(
    r"(?<=了)(?:\d{1,3}|[一二两俩三仨四五六七八九十半几]{1,2})(?:多)?(?:来)?个?(?:多)?(?:天|周|星期|礼拜|月|年)(?![的之前后底初假])"
)


def begin(text: str, heard: Heard, intent: Intent | None) -> AppealDraft:
    """Open a draft from the first thing said; everything already told is in it."""
    text, heard = put_right_at_once(text, heard)
    draft = AppealDraft(kind=_kind(text, heard, intent), what="")
    withheld = heard.anonymous or (withholds(text) and heard.phone is None)
    told = _absorb_heard(draft, text, heard)
    return told.model_copy(update={"what": _what(text), "contact_refused": withheld})


def begin_offered(text: str, heard: Heard | None) -> AppealDraft:
    """Open a draft from what was said before: a story (``heard``), or a question without guide."""
    if heard is None:
        return AppealDraft(kind=AppealKind.INQUIRY, what=text)
    return begin(text, heard, None)


def absorb(draft: AppealDraft, text: str, heard: Heard, intent: Intent | None) -> AppealDraft:
    """Take what one message says: the answer to the open question, and anything else it tells."""
    text = without_return(text)
    if not text or (draft.asking is Slot.CONFIRM and holds(text)):
        return draft
    if (joined := joins(draft, text)) is not None:
        return draft.model_copy(update={"joined": joined})
    if draft.asking is Slot.CONFIRM or puts_right(draft, text):
        return correct(draft, text, heard)
    text, heard = taken_back(text, heard)
    told = _absorb_heard(draft, text, heard)
    if told.contact is None and withholds(text):
        told = told.model_copy(update={"contact_refused": True})
    if heard.when and len(text) - len(heard.when) <= _BESIDE_A_TIME:
        told = told.model_copy(update={"when": text})  # said once more, and closer
    answered = _ANSWERS[draft.asking](told, text, intent) if draft.asking in _ANSWERS else told
    kept = _keep_remainder(answered, text, heard)
    return _kept_short(kept, text) if kept == draft else kept


def agreed(draft: AppealDraft, text: str, heard: Heard) -> AppealDraft:
    """Take what is said beside the yes to the draft: 「可以，你们要保护我」."""
    beside = agrees(text)
    if not beside or len(beside) < _ENOUGH:
        return draft
    shielded = draft.confidential or heard.confidential or heard.anonymous
    said = {"what": f"{draft.what}；{beside}", "confidential": shielded}
    return draft.model_copy(update=said)


def listen(draft: AppealDraft, text: str, heard: Heard) -> AppealDraft:
    """Add what a caller tells a person: the assistant asked nothing, everything is a detail."""
    told = _absorb_heard(draft, text, heard)
    details = text.strip()
    worth = len(re.sub(r"\W", "", details)) > _REMAINDER
    if not told.what:
        return told.model_copy(update={"what": _what(details)})
    return told.model_copy(update={"what": f"{told.what}；{details}"}) if worth else told


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
    spared = draft.asked.get(f"{slot} spared", 0)
    if patient and times and slot is draft.asking and spared < _PATIENCE:
        counted = {**draft.asked, f"{slot} spared": spared + 1}
        return draft.model_copy(update={"asked": counted}), _question(draft, slot, times - 1)
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
    goes_on = not without_return(text)
    once_more = text.strip() in before.what  # said again, word for word
    return told or goes_on or once_more or affirms(text) or puts_right(before, text)


def repeat(draft: AppealDraft) -> str:
    """Return the open question as it was first asked (after an interruption); empty if none."""
    return _question(draft, draft.asking, 0) if draft.asking is not None else ""


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
    lasting = f"{_SINCE}{found[0]}" if found and timed else None
    confidential = (
        draft.confidential
        or heard.confidential
        or heard.anonymous
        or draft.kind is AppealKind.IRREGULARITY_REPORT
    )
    return draft.model_copy(
        update={
            "where": placed(draft, text, heard),
            "district": draft.district or heard.district,
            "when": _timed(draft.when, heard.when) or lasting,
            "contact": draft.contact or heard.phone,
            "contact_refused": (draft.contact_refused or heard.anonymous) and not heard.phone,
            "confidential": confidential,
            "category": draft.category or heard.category,
        }
    )


def _timed(known: str | None, said: str | None) -> str | None:
    """Return when it was: how long it has lasted, and a time that is said later."""
    if known and said and known.startswith(_SINCE) and said not in known:
        return f"{known}，{said}"
    return known or said


def _answer_what(draft: AppealDraft, text: str, _intent: Intent | None) -> AppealDraft:
    return draft.model_copy(update={"what": _what(text) or text.strip()})


def _answer_where(draft: AppealDraft, text: str, intent: Intent | None) -> AppealDraft:
    said = text.strip()
    if _UNKNOWN.match(said) or intent is Intent.DENY:
        return draft
    bare = _PLACEHOLDER.sub("", said)
    of_a_number = bare != said and not hints_at_place(bare)  # 「急！！[电话1]」
    if draft.where is None and (of_a_number or tells_no_place(said)):
        return draft
    # The gazetteer knows the subdistrict, the citizen the gate: a short answer is kept whole.
    if draft.where is None or (draft.where in said and len(said) <= WHOLE_PLACE):
        return draft.model_copy(update={"where": said})
    if is_vague(draft.where) and not is_vague(said) and len(said) <= WHOLE_PLACE:
        return draft.model_copy(update={"where": closer(said, draft.where)})
    return draft


def _answer_when(draft: AppealDraft, text: str, _intent: Intent | None) -> AppealDraft:
    if draft.when or not tells_time(_PLACEHOLDER.sub("", text)):
        return draft
    return draft.model_copy(update={"when": text.strip()})


def _answer_contact(draft: AppealDraft, text: str, intent: Intent | None) -> AppealDraft:
    refuses = intent in {Intent.WITHHOLD_CONTACT, Intent.DENY} or refuses_contact(text)
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
    if draft.asking is Slot.CONTACT and refuses_contact(text):
        return draft
    if text.strip() in draft.what:
        return draft  # said once more, word for word
    return draft.model_copy(update={"what": f"{draft.what}；{text.strip()}".strip("；")})


def _kept_short(draft: AppealDraft, text: str) -> AppealDraft:
    """Keep a few words that answer nothing asked, and tell something all the same."""
    said = _PLACEHOLDER.sub("", text).strip(" ，,。！!?？")
    if draft.asking not in {Slot.WHEN, Slot.CONTACT} or not draft.what or said in draft.what:
        return draft
    if draft.when and tells_time(said) and len(said) <= _REMAINDER:
        return draft.model_copy(update={"when": f"{draft.when}，{said}"})
    empty = _UNKNOWN.match(said) or refuses_contact(said) or agrees(said) is not None
    if empty or len(said) < _ENOUGH or says_only_courtesy(said):
        return draft
    return draft.model_copy(update={"what": f"{draft.what}；{said}"})


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
