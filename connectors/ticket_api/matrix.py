"""The one table of the ticket API: which route asks for which permission, and how far it reaches.

Every endpoint takes its guard from here; ``docs/permissions.md`` is printed from here, together
with the roles of ``foundation.access.permissions``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from foundation.access.permissions import ALLOWED, Permission, Role
from foundation.access.service import Account
from routing.supervision.notices import NoticeReader
from routing.tickets.listing import TicketReach

PREFIX = "/api/tickets"
_P = Permission


class Reach(StrEnum):
    """Whose tickets a route touches."""

    READABLE = "readable"  # as the permissions say: all, one's department's, answered ones
    ANY = "any"
    OWN = "own"  # with an active share of the department
    ANSWERED = "answered"
    ACCOUNT = "account"
    WATCHED = "watched"  # all for a supervisor, one's department's
    NONE = "none"
    RELAYED = "relayed"  # all for a dispatcher, one's department's
    TOLD = "told"  # what one's roles, in one's department, were told
    OPENED = "opened"  # the appeal whose number and query code the citizen has told

    @property
    def label(self) -> str:
        """The words of the docs."""
        return _REACHES[self]


_REACHES = {
    Reach.READABLE: "按各权限：全部、本单位、已答复",
    Reach.ANY: "全部工单",
    Reach.OWN: "本单位正在承办的工单",
    Reach.ANSWERED: "已答复的工单",
    Reach.ACCOUNT: "本账号自己的",
    Reach.WATCHED: "督办员：全部；承办单位：本单位正在承办的",
    Reach.NONE: "不涉及单张工单",
    Reach.RELAYED: "派单员：全部；承办单位：本单位正在承办的",
    Reach.TOLD: "告知本人角色（承办单位限本单位）的",
    Reach.OPENED: "市民报出编号和查询码的那件诉求",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table."""

    name: str
    method: str
    path: str  # under PREFIX, unless it begins with /api/
    needs: tuple[Permission, ...]  # any one of them
    reach: Reach
    about: str

    @property
    def address(self) -> str:
        """The whole path."""
        return self.path if self.path.startswith("/api/") else PREFIX + self.path


_READ = (_P.TICKET_READ_ALL, _P.TICKET_READ_OWN, _P.TICKET_FOLLOW_UP)
_DISPATCH = (_P.TICKET_DISPATCH,)
_HANDLE = (_P.TICKET_HANDLE,)
_ASK = (_P.TICKET_FOLLOW_UP,)
_RELAY = (_P.TICKET_DISPATCH, _P.TICKET_READ_OWN)
_EXPORT = (_P.TICKET_EXPORT,)
_HOT = (_P.HOT_ISSUE_HANDLE,)
_ATTACH = (_P.TICKET_DISPATCH, _P.TICKET_HANDLE)
_REMIND = (_P.TICKET_REMIND,)
_SUPERVISE = (_P.TICKET_SUPERVISE,)
# A department reads its own; the hotline's part is the supervisor's.
_WATCH = (_P.TICKET_SUPERVISE, _P.TICKET_READ_OWN)
# Whom the path of escalation may name.
_TOLD = (_P.TICKET_SUPERVISE, _P.TICKET_DISPATCH, _P.TICKET_HANDLE, _P.AUDIT_READ)
_CALL = (_P.CALL_REGISTER,)
_VAULT = (_P.VAULT_OPEN,)
# Whoever may let a department be late decides on what it promises instead.
_PROMISED = (_P.TICKET_DISPATCH, _P.TICKET_SUPERVISE)
_ARCHIVE = (_P.TICKET_DISPATCH, _P.TICKET_FOLLOW_UP)
_RATED = (_P.TICKET_FOLLOW_UP, _P.TICKET_SUPERVISE, _P.TICKET_DISPATCH)
_ONE = "/{ticket_no}"
_CARD, _REMINDER, _ORDER = (
    f"{_ONE}/{name}/{{record_id}}" for name in ("cards", "reminders", "orders")
)
_MESSAGE = f"{_ONE}/relay/{{record_id}}"
SUPERVISION = "/api/supervision"
APPEALS = "/api/appeals"
APPEAL_PHOTOS = f"{APPEALS}/photos"
VAULT_OPENINGS = "/api/audit/vault-openings"
_AUDIT = (_P.AUDIT_READ, _P.VAULT_OPEN)
DEADLINES = "/api/deadlines"
_CALENDAR, _PACKS = f"{DEADLINES}/calendar", f"{DEADLINES}/rule-packs"
_KEEP = (_P.DEADLINES_MANAGE,)
_WEEK = f"{SUPERVISION}/weeks/{{week}}"
ROUTES = (
    Route("list", "GET", "", _READ, Reach.READABLE, "工单列表"),
    Route("export", "GET", "/export", _EXPORT, Reach.READABLE, "导出表格（留痕）"),
    Route("filters", "GET", "/filters", _READ, Reach.ACCOUNT, "常用筛选"),
    Route("keep_filter", "POST", "/filters", _READ, Reach.ACCOUNT, "保存常用筛选"),
    Route("drop_filter", "DELETE", "/filters/{filter_id}", _READ, Reach.ACCOUNT, "删除常用筛选"),
    Route("pairs", "GET", "/duplicates", _DISPATCH, Reach.ANY, "待判断的疑似重复"),
    Route("candidates", "GET", f"{_ONE}/duplicates", _DISPATCH, Reach.ANY, "与它疑似重复的工单"),
    Route(
        "not_duplicate", "POST", f"{_ONE}/duplicates/refuse", _DISPATCH, Reach.ANY, "判断为不是重复"
    ),
    Route("hot_issues", "GET", "/hot-issues", _HOT, Reach.ANY, "热点"),
    Route(
        "decide_hot_issue", "POST", "/hot-issues/{issue_id}", _HOT, Reach.ANY, "关注、处置一个热点"
    ),
    Route("attachments", "GET", f"{_ONE}/attachments", _READ, Reach.READABLE, "附件列表"),
    Route("attach", "POST", f"{_ONE}/attachments", _ATTACH, Reach.READABLE, "添加附件"),
    Route(
        "attachment",
        "GET",
        f"{_ONE}/attachments/{{attachment_id}}",
        _READ,
        Reach.READABLE,
        "下载附件（留痕；保密诉求的只给承办单位遮盖后的）",
    ),
    Route(
        "clear_attachment",
        "POST",
        f"{_ONE}/attachments/{{attachment_id}}/clearance",
        _DISPATCH,
        Reach.ANY,
        "遮盖保密诉求的附件",
    ),
    Route(
        "withhold_attachment",
        "POST",
        f"{_ONE}/attachments/{{attachment_id}}/withholding",
        _DISPATCH,
        Reach.ANY,
        "保密诉求的附件不给承办单位看",
    ),
    Route("confirmations", "GET", "/confirmations", _DISPATCH, Reach.ANY, "待确认的遮盖稿"),
    Route(
        "redaction", "GET", f"{_ONE}/redactions", _DISPATCH, Reach.ANY, "保密诉求的遮盖稿（留痕）"
    ),
    Route("confirm_redaction", "POST", f"{_ONE}/redactions", _DISPATCH, Reach.ANY, "确认遮盖稿"),
    Route(
        "relay_messages", "GET", f"{_ONE}/relay", _RELAY, Reach.RELAYED, "与举报人的问答（留痕）"
    ),
    Route(
        "review_question",
        "POST",
        f"{_ONE}/relay/questions/review",
        _HANDLE,
        Reach.OWN,
        "检查要转问的问题",
    ),
    Route("ask_informant", "POST", f"{_ONE}/relay/questions", _HANDLE, Reach.OWN, "向举报人转问"),
    Route("confirm_message", "POST", f"{_MESSAGE}/confirm", _DISPATCH, Reach.ANY, "转交举报人的话"),
    Route(
        "withhold_message", "POST", f"{_MESSAGE}/withhold", _DISPATCH, Reach.ANY, "不转交举报人的话"
    ),
    Route("extensions", "GET", "/extensions", _DISPATCH, Reach.ANY, "待审批的延期"),
    Route("read", "GET", _ONE, _READ, Reach.READABLE, "一张工单"),
    Route("sheet", "GET", f"{_ONE}/sheet", _READ, Reach.READABLE, "打印一张工单（PDF，留痕）"),
    Route("dispatch", "POST", f"{_ONE}/dispatch", _DISPATCH, Reach.ANY, "派单"),
    Route("merge", "POST", f"{_ONE}/merge", _DISPATCH, Reach.ANY, "并入另一张工单"),
    Route("split", "POST", f"{_ONE}/split", _DISPATCH, Reach.ANY, "分出一张工单"),
    Route("withdraw", "POST", f"{_ONE}/withdraw", _DISPATCH, Reach.ANY, "撤回一件诉求"),
    Route("decline", "POST", f"{_ONE}/decline", _DISPATCH, Reach.ANY, "不予受理"),
    Route("archive", "POST", f"{_ONE}/archive", _ARCHIVE, Reach.ANSWERED, "归档"),
    Route("accept", "POST", f"{_ONE}/accept", _HANDLE, Reach.OWN, "签收"),
    Route("start", "POST", f"{_ONE}/start", _HANDLE, Reach.OWN, "开始办理，恢复办理"),
    Route("note_contact", "POST", f"{_ONE}/contacted", _HANDLE, Reach.OWN, "记录已联系诉求人"),
    Route("ask_citizen", "POST", f"{_ONE}/await-citizen", _HANDLE, Reach.OWN, "等待市民补充"),
    Route("send_back", "POST", f"{_ONE}/send-back", _HANDLE, Reach.OWN, "退单"),
    Route("review", "POST", f"{_ONE}/reply/review", _HANDLE, Reach.OWN, "检查答复"),
    Route("reply", "POST", f"{_ONE}/reply", _HANDLE, Reach.OWN, "答复"),
    Route("contacts", "POST", f"{_ONE}/contacts", _HANDLE, Reach.OWN, "查看联系方式（留痕）"),
    Route("request_extension", "POST", f"{_ONE}/extension", _HANDLE, Reach.OWN, "申请延期"),
    Route(
        "approve_extension", "POST", f"{_ONE}/extension/approve", _DISPATCH, Reach.ANY, "同意延期"
    ),
    Route(
        "refuse_extension", "POST", f"{_ONE}/extension/refuse", _DISPATCH, Reach.ANY, "不同意延期"
    ),
    Route("promises", "GET", "/promises", _PROMISED, Reach.ANY, "待审批的承诺"),
    Route("promise", "POST", f"{_ONE}/promise", _HANDLE, Reach.OWN, "承诺办理"),
    Route("approve_promise", "POST", f"{_ONE}/promise/approve", _PROMISED, Reach.ANY, "同意承诺"),
    Route("refuse_promise", "POST", f"{_ONE}/promise/refuse", _PROMISED, Reach.ANY, "不同意承诺"),
    Route("rated", "GET", f"{_ONE}/follow-up", _RATED, Reach.ANSWERED, "回访和评价，各轮办理"),
    Route("begin", "POST", f"{_ONE}/follow-up", _ASK, Reach.ANSWERED, "开始回访"),
    Route("record", "POST", f"{_ONE}/follow-up/results", _ASK, Reach.ANSWERED, "记录回访结果"),
    Route(
        "call", "POST", f"{_ONE}/follow-up/contacts", _ASK, Reach.ANSWERED, "查看回访电话（留痕）"
    ),
    Route(
        "open_vault", "POST", f"{_ONE}/vault", _VAULT, Reach.ANY, "调阅举报人身份（须写理由，留痕）"
    ),
    Route("vault_openings", "GET", VAULT_OPENINGS, _AUDIT, Reach.ANY, "调阅举报人身份的记录"),
    Route(
        "withdraw_appeal",
        "POST",
        f"{APPEALS}/withdraw",
        _CALL,
        Reach.OPENED,
        "应市民要求撤回诉求（须写理由，留痕）",
    ),
    Route("add_appeal_photo", "POST", APPEAL_PHOTOS, _CALL, Reach.OPENED, "补市民的照片（留痕）"),
    Route("records", "GET", f"{_ONE}/supervision", _WATCH, Reach.WATCHED, "一张工单的督办记录"),
    Route("remind", "POST", f"{_ONE}/reminders", _REMIND, Reach.ANY, "催办"),
    Route("order", "POST", f"{_ONE}/orders", _SUPERVISE, Reach.ANY, "发出督办"),
    Route("answer_card", "POST", f"{_CARD}/reply", _HANDLE, Reach.OWN, "回复亮牌原因"),
    Route("answer_reminder", "POST", f"{_REMINDER}/reply", _HANDLE, Reach.OWN, "回复催办"),
    Route("answer_order", "POST", f"{_ORDER}/reply", _HANDLE, Reach.OWN, "回复督办"),
    Route("approve_order", "POST", f"{_ORDER}/approve", _SUPERVISE, Reach.ANY, "督办回复通过"),
    Route("refuse_order", "POST", f"{_ORDER}/refuse", _SUPERVISE, Reach.ANY, "督办回复不通过"),
    Route("cancel_order", "POST", f"{_ORDER}/cancel", _SUPERVISE, Reach.ANY, "撤销督办"),
    Route("cards", "GET", f"{SUPERVISION}/cards", _WATCH, Reach.WATCHED, "亮牌列表"),
    Route("reminders", "GET", f"{SUPERVISION}/reminders", _WATCH, Reach.WATCHED, "催办列表"),
    Route("orders", "GET", f"{SUPERVISION}/orders", _WATCH, Reach.WATCHED, "督办列表"),
    Route("notices", "GET", f"{SUPERVISION}/notices", _TOLD, Reach.TOLD, "未读的督办提醒"),
    Route("read_notices", "POST", f"{SUPERVISION}/notices/read", _TOLD, Reach.TOLD, "提醒已读"),
    Route("figures", "GET", f"{SUPERVISION}/figures", _SUPERVISE, Reach.ANY, "计数与三率"),
    Route("weeks", "GET", f"{SUPERVISION}/weeks", _SUPERVISE, Reach.ANY, "已存的周报"),
    Route("week", "GET", _WEEK, _SUPERVISE, Reach.ANY, "一周的周报"),
    Route("rule_packs", "GET", _PACKS, _KEEP, Reach.NONE, "时限规则包和检查结果"),
    Route("rules_backtest", "GET", f"{_PACKS}/backtest", _KEEP, Reach.NONE, "回测：哪些工单会逾期"),
    Route("calendar_year", "GET", _CALENDAR, _KEEP, Reach.NONE, "一年的工作日历"),
    Route("preview_notice", "POST", f"{_CALENDAR}/preview", _KEEP, Reach.NONE, "预览节假日通知"),
    Route(
        "load_notice", "POST", f"{_CALENDAR}/notices", _KEEP, Reach.NONE, "载入节假日通知并重算工单"
    ),
    Route("week_file", "GET", f"{_WEEK}/{{form}}", _SUPERVISE, Reach.ANY, "周报网页、表格"),
)
BY_NAME = {route.name: route for route in ROUTES}


def reach_of(account: Account) -> TicketReach:
    """Return which tickets an account may read."""
    return TicketReach(
        everything=account.may(_P.TICKET_READ_ALL),
        department=account.department_code if account.may(_P.TICKET_READ_OWN) else None,
        answered=account.may(_P.TICKET_FOLLOW_UP),
    )


def watch_of(account: Account) -> TicketReach:
    """Return whose supervision records an account may read."""
    return TicketReach(
        everything=account.may(_P.TICKET_SUPERVISE),
        department=account.department_code if account.may(_P.TICKET_READ_OWN) else None,
    )


def told_of(account: Account) -> NoticeReader:
    """Return whose notices an account reads: a person's by role, a machine's by scope."""
    if account.scopes is None:
        return NoticeReader(account.roles, account.department_code)
    roles = {
        _P.TICKET_SUPERVISE: (Role.SUPERVISOR,),
        _P.TICKET_DISPATCH: (Role.DISPATCHER,),
        _P.TICKET_HANDLE: (Role.DEPARTMENT_HANDLER, Role.DEPARTMENT_LEAD),
    }
    given = [role for scope in account.scopes for role in roles.get(scope, ())]
    return NoticeReader(frozenset(given), account.department_code)


def permission_tables() -> str:
    """Return ``docs/permissions.md``: roles × permissions, routes × permissions."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# 权限表"
    yield ""
    yield "由 `hotline users matrix` 输出；代码里只有 `foundation/access/permissions.py`（角色）和"
    yield "`connectors/ticket_api/matrix.py`（接口）两处，测试逐格核对接口的实际行为。"
    yield ""
    yield "## 角色与权限"
    yield ""
    roles = list(Role)
    yield f"| 权限 | {' | '.join(role.label for role in roles)} |"
    yield f"|---|{'---|' * len(roles)}"
    for permission in Permission:
        marks = " | ".join("✓" if permission in ALLOWED[role] else "" for role in roles)
        yield f"| {permission.label} `{permission.value}` | {marks} |"
    yield ""
    yield "## 工单接口"
    yield ""
    yield "凭登录（另须 `X-CSRF-Token`）或服务令牌（`Authorization: Bearer …`）调用。"
    yield "没有权限得 403；有权限但够不着的工单与不存在的一样得 404。"
    yield "原样发出把关未通过的答复，另须 `ticket.reply_override`；"
    yield "可能暴露举报人的，任何人都不能放行。"
    yield ""
    yield "| 接口 | 做什么 | 所需权限（任一） | 够得着的工单 |"
    yield "|---|---|---|---|"
    for route in ROUTES:
        needs = " ".join(f"`{one.value}`" for one in route.needs)
        address = f"`{route.method} {route.address}`"
        yield f"| {address} | {route.about} | {needs} | {route.reach.label} |"
