"""Taking an appeal down (诉求登记): one state machine for every channel, with Rasa and without.

Pure functions over ``AppealDraft``: what was understood is absorbed, the next missing thing is
asked for, the draft is read back. Nothing here asks for what was already said.
"""

import re

from bot.conversation import replies
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
_ENOUGH = 4  # characters that can tell what happened: 路灯不亮
_WHOLE_PLACE = 24  # characters; longer answers tell more than a place
_REMAINDER = 6  # more than an answer to the open question: worth keeping
_UNKNOWN = re.compile(
    r"^(?:我)?(?:不清楚|不知道|不晓得|记不得|记不清|不记得|忘了|说不清|没有|随便)[了啊吧。]*$"
)
_REFUSES_CONTACT = re.compile(
    r"不留|匿名|不想留|不方便|不给|不提供|别留|保密电话|没有电话|没手机|不用留|算了"
)
_AFFIRMS = re.compile(
    r"^(?:确认|确定|对|对的|是|是的|没问题|没错|好|好的|可以|行|嗯+|提交|正确|没有问题|就这样|ok|OK)"
    r"(?:了|啊|吧|呀|哦|噢|提交)?[。！!~]*$"
)
_CORRECTION = re.compile(r"^(?:不对|不是|错了|有误|改一下|更正|应该|要改)[，,、\s]*")
_NOT_A_BUT_B = re.compile(r"是(?P<right>[^，,。]+?)[，,]?(?:而)?不是(?P<wrong>[^，,。]+)")
_FIELD_SAID = re.compile(
    r"^(?P<field>地点|地址|时间|内容|电话|联系方式)(?:改成|改为|是|应该是|：|:)\s*(?P<value>.+)$"
)


def begin(text: str, heard: Heard, intent: Intent | None) -> AppealDraft:
    """Open a draft from the first thing said; everything already told is in it."""
    draft = AppealDraft(kind=_kind(heard, intent), what="")
    return _absorb_heard(draft, heard).model_copy(update={"what": _what(text)})


def begin_offered(text: str, heard: Heard | None) -> AppealDraft:
    """Open a draft from what was said before: a story (``heard``), or a question without guide."""
    if heard is None:
        return AppealDraft(kind=AppealKind.INQUIRY, what=text)
    return begin(text, heard, None)


def absorb(draft: AppealDraft, text: str, heard: Heard, intent: Intent | None) -> AppealDraft:
    """Take what one message says: the answer to the open question, and anything else it tells."""
    if draft.asking is Slot.CONFIRM:
        return _correct(draft, text, heard)
    told = _absorb_heard(draft, heard)
    answered = _ANSWERS[draft.asking](told, text, intent) if draft.asking in _ANSWERS else told
    return _keep_remainder(answered, text, heard)


def listen(draft: AppealDraft, text: str, heard: Heard) -> AppealDraft:
    """Add what a caller tells a person: the assistant asked nothing, everything is a detail."""
    told = _absorb_heard(draft, heard)
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


def ask(draft: AppealDraft, slot: Slot) -> tuple[AppealDraft, str]:
    """Return the draft with ``slot`` as its open question, and the question."""
    times = draft.asked.get(slot, 0)
    asking = draft.model_copy(update={"asking": slot, "asked": {**draft.asked, slot: times + 1}})
    return asking, _question(draft, slot, times)


def repeat(draft: AppealDraft) -> str:
    """Return the open question as it was first asked (after an interruption); empty if none."""
    return _question(draft, draft.asking, 0) if draft.asking is not None else ""


def affirms(text: str) -> bool:
    """Whether a message is nothing but a yes."""
    return bool(_AFFIRMS.match(text.strip()))


def gives_contact(text: str, heard: Heard) -> bool:
    """Whether a message answers the question for a contact, by number or by refusal."""
    return heard.phone is not None or bool(_REFUSES_CONTACT.search(text))


def read_back(draft: AppealDraft) -> str:
    """Return the draft in words, one field a line."""
    contact = "不留（匿名）" if draft.contact_refused else draft.contact or "未提供"
    lines = [
        f"类型：{draft.kind.label}",
        f"内容：{draft.what}",
        f"地点：{draft.where}" if draft.where else "",
        f"时间：{draft.when}" if draft.when else "",
        f"联系方式：{contact}",
        "身份：对承办单位保密" if draft.confidential else "",
    ]
    return "\n".join(line for line in lines if line)


def _kind(heard: Heard, intent: Intent | None) -> AppealKind:
    said = _KIND_OF_INTENT.get(intent) if intent is not None else None
    fitting = [kind for kind in (said, heard.kind) if kind is not None]
    for kind in _PROTECTION:
        if kind in fitting and kind is not AppealKind.INQUIRY:
            return kind
    return said or (AppealKind.COMPLAINT if heard.kind is AppealKind.INQUIRY else heard.kind)


def _what(text: str) -> str:
    told = _LEAD_IN.sub("", text, count=1).strip(" ，,。")
    return told if len(told) >= _ENOUGH else ""


def _absorb_heard(draft: AppealDraft, heard: Heard) -> AppealDraft:
    confidential = (
        draft.confidential
        or heard.confidential
        or heard.anonymous
        or draft.kind is AppealKind.IRREGULARITY_REPORT
    )
    return draft.model_copy(
        update={
            "where": draft.where or heard.place,
            "district": draft.district or heard.district,
            "when": draft.when or heard.when,
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
    # The gazetteer knows the subdistrict, the citizen the gate: a short answer is kept whole.
    if draft.where is None or (draft.where in said and len(said) <= _WHOLE_PLACE):
        return draft.model_copy(update={"where": said})
    return draft


def _answer_when(draft: AppealDraft, text: str, _intent: Intent | None) -> AppealDraft:
    return draft if draft.when else draft.model_copy(update={"when": text.strip()})


def _answer_contact(draft: AppealDraft, text: str, intent: Intent | None) -> AppealDraft:
    refuses = intent in {Intent.WITHHOLD_CONTACT, Intent.DENY} or _REFUSES_CONTACT.search(text)
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
    if len(re.sub(r"\W", "", remainder)) <= _REMAINDER or _REFUSES_CONTACT.search(text):
        return draft
    return draft.model_copy(update={"what": f"{draft.what}；{text.strip()}".strip("；")})


def _correct(draft: AppealDraft, text: str, heard: Heard) -> AppealDraft:
    """Apply a correction at the read-back: a named field, "B not A", or new details."""
    body = _CORRECTION.sub("", text.strip())
    if said := _FIELD_SAID.match(body):
        return _set_field(draft, said["field"], said["value"], heard)
    if swap := _NOT_A_BUT_B.search(body):
        right, wrong = swap["right"].strip(), swap["wrong"].strip()
        fixed = _swap(draft, right, wrong)
        return fixed.model_copy(update={"district": heard.district or draft.district})
    if heard.phone:
        return draft.model_copy(update={"contact": heard.phone, "contact_refused": False})
    if _REFUSES_CONTACT.search(body):
        return draft.model_copy(update={"contact": None, "contact_refused": True})
    if heard.place and heard.place != draft.where:
        place = {"where": heard.place, "district": heard.district or draft.district}
        return draft.model_copy(update=place)
    if heard.when and heard.when != draft.when:
        return draft.model_copy(update={"when": heard.when})
    return draft.model_copy(update={"what": f"{draft.what}；{body}"}) if body else draft


def _set_field(draft: AppealDraft, field: str, value: str, heard: Heard) -> AppealDraft:
    value = value.strip(" 。")
    if field in {"地点", "地址"}:
        return draft.model_copy(update={"where": value, "district": heard.district})
    if field == "时间":
        return draft.model_copy(update={"when": value})
    if field == "内容":
        return draft.model_copy(update={"what": value})
    contact = heard.phone or draft.contact
    return draft.model_copy(update={"contact": contact, "contact_refused": contact is None})


def _swap(draft: AppealDraft, right: str, wrong: str) -> AppealDraft:
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
    # The wrong word stands in no field: it was the district that we understood wrongly.
    return draft.model_copy(update=changed or {"where": _prefixed(right, draft.where)})


def _prefixed(district: str, where: str | None) -> str:
    return district if where is None or where.startswith(district) else f"{district}{where}"


def _filled(draft: AppealDraft, slot: Slot) -> bool:
    if slot is Slot.WHAT:
        return bool(draft.what)
    if slot is Slot.WHERE:
        return draft.where is not None
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
