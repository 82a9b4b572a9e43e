"""What a citizen is told of their appeal: that it is registered, and how it stands."""

from datetime import datetime

from bot.conversation.schemas import Card, Reply
from routing.appeals.schemas import ProgressPart, ProgressView, RegisteredAppeal
from routing.tickets.states import OVER

HOW_TO_ANSWER = (
    "请打开“查进度”页面，填诉求编号和查询码就能回答。"
    "办理单位不知道您是谁，您的话由派单员遮盖后才转交。"
)
_BY_DISPATCHER = "热线派单员审核后转办"


def ticket_reply(registered: RegisteredAppeal) -> Reply:
    """Tell the citizen number, code, who handles it and by when."""
    by = registered.department_name or _BY_DISPATCHER
    handled = _handled(by, registered.due_at, provisional=registered.provisional)
    tickets = [f"第1件由{handled}"] if registered.further else [f"承办：{handled}"]
    tickets += [
        f"第{number}件由"
        + _handled(one.department_name or _BY_DISPATCHER, one.due_at, provisional=one.provisional)
        for number, one in enumerate(registered.further, 2)
    ]
    text = (
        f"已登记。诉求编号{registered.number}，查询码{registered.query_code}，"
        f"{'；'.join(tickets)}。请记下编号和查询码，随时可以查进度。"
    )
    data = {
        "number": registered.number,
        "query_code": registered.query_code,
        "department": by,
        "due_at": registered.due_at.isoformat() if registered.due_at else None,
        "provisional": registered.provisional,
        "derivation": list(registered.derivation),
        "state_label": registered.state_label,
        "part": registered.part,
        "further": [
            {
                "ticket_no": one.ticket_no,
                "text": one.text,
                "department": one.department_name or _BY_DISPATCHER,
                "due_at": one.due_at.isoformat() if one.due_at else None,
                "provisional": one.provisional,
                "derivation": list(one.derivation),
                "state_label": one.state_label,
            }
            for one in registered.further
        ],
    }
    return Reply(text=text, cards=(Card(type="ticket", data=data),))


def _handled(by: str, due_at: datetime | None, *, provisional: bool) -> str:
    due = f"，应在{when_text(due_at)}前办结" if due_at else ""
    mark = "（节假日安排未公布，暂按周末推算）" if provisional else ""
    return f"{by}{due}{mark}"


def progress_reply(view: ProgressView) -> Reply:
    """Tell where an appeal stands."""
    return Reply(text=_progress_text(view), cards=(Card(type="progress", data=_progress(view)),))


def _progress_text(view: ProgressView) -> str:
    lines = [f"诉求{view.number}："]
    lines += [f"{when_text(stage.at)} {stage.label}" for stage in view.stages]
    if view.due_at is not None and view.reply is None and view.state not in OVER:
        lines.append(f"应在{when_text(view.due_at)}前办结")
    if view.promised_until is not None:
        lines.append(f"承办单位承诺{when_text(view.promised_until)}前办结，原时限照常计算")
    if view.asked is not None:
        lines.append(f"请您补充：{view.asked}")
    if view.declined_because is not None:
        where = f"，请您向{view.department}反映" if view.department else ""
        lines.append(f"不予受理：{view.declined_because}{where}")
    if view.reply is not None:
        lines.append(f"答复：{view.reply}")
    lines += [f"另有一部分由{_handled_by(part)}：{_stands(part)}" for part in view.parts]
    lines += [f"{when_text(one.at)}的答复：{one.text}" for one in view.earlier_replies]
    lines += [
        f"{one.department or '办理单位'}想问您：{one.text}"
        for one in view.questions
        if not one.answered
    ]
    if any(not one.answered for one in view.questions):
        lines.append(HOW_TO_ANSWER)
    return "\n".join(lines)


def _progress(view: ProgressView) -> dict[str, object]:
    return {
        "number": view.number,
        "stages": [{"label": stage.label, "at": stage.at.isoformat()} for stage in view.stages],
        "department": view.department,
        "due_at": view.due_at.isoformat() if view.due_at else None,
        "promised_until": view.promised_until.isoformat() if view.promised_until else None,
        "asked": view.asked,
        "declined_because": view.declined_because,
        "over": view.state in OVER,
        "may_add": view.may_add,
        "may_withdraw": view.may_withdraw,
        "reply": view.reply,
        "ticket_no": view.ticket_no,
        "part": view.part,
        "parts": [
            {
                "ticket_no": part.ticket_no,
                "text": part.text,
                "state": part.state_label,
                "department": part.department,
                "due_at": part.due_at.isoformat() if part.due_at else None,
                "reply": part.reply,
            }
            for part in view.parts
        ],
        "questions": [
            {
                "id": one.id,
                "department": one.department,
                "text": one.text,
                "at": one.at.isoformat(),
                "answered": one.answered,
            }
            for one in view.questions
        ],
        "hears": view.hears,
        "earlier": [
            {"department": one.department, "text": one.text, "at": one.at.isoformat()}
            for one in view.earlier_replies
        ],
    }


def _handled_by(part: ProgressPart) -> str:
    return f"{part.department}办理" if part.department else "热线派单"


def _stands(part: ProgressPart) -> str:
    return f"答复：{part.reply}" if part.reply else part.state_label


_WEEKDAYS = "一二三四五六日"


def when_text(moment: datetime) -> str:
    """Return a moment as people read it: ``11月24日（周二）18:00``."""
    weekday = _WEEKDAYS[moment.weekday()]
    return f"{moment.month}月{moment.day}日（周{weekday}）{moment:%H:%M}"
