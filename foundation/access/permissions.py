"""The one permission table: what each role may do. Nothing else decides."""

from enum import StrEnum


class Role(StrEnum):
    """Who works with the system."""

    OPERATOR = "operator"
    DISPATCHER = "dispatcher"
    DEPARTMENT_HANDLER = "department_handler"
    DEPARTMENT_LEAD = "department_lead"
    SUPERVISOR = "supervisor"
    KNOWLEDGE_EDITOR = "knowledge_editor"
    KNOWLEDGE_REVIEWER = "knowledge_reviewer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """The word people see."""
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.OPERATOR: "坐席",
    Role.DISPATCHER: "派单员",
    Role.DEPARTMENT_HANDLER: "承办人",
    Role.DEPARTMENT_LEAD: "承办单位负责人",
    Role.SUPERVISOR: "督办员",
    Role.KNOWLEDGE_EDITOR: "知识编辑",
    Role.KNOWLEDGE_REVIEWER: "知识审核",
    Role.AUDITOR: "审计员",
    Role.ADMINISTRATOR: "管理员",
}


class Permission(StrEnum):
    """One thing that may be allowed."""

    CONVERSATION_READ = "conversation.read"
    CONVERSATION_TAKE_OVER = "conversation.take_over"
    CALL_REGISTER = "call.register"  # and what a caller asks for with number and query code
    TICKET_READ_ALL = "ticket.read_all"
    TICKET_DISPATCH = "ticket.dispatch"
    TICKET_FOLLOW_UP = "ticket.follow_up"  # answered tickets only; ask their citizens, close them
    TICKET_REMIND = "ticket.remind"
    TICKET_SUPERVISE = "ticket.supervise"  # orders, cards of all departments, figures, reports
    # The three below reach only tickets assigned to the account's own department.
    TICKET_READ_OWN = "ticket.read_own"
    TICKET_HANDLE = "ticket.handle"
    TICKET_REPLY_OVERRIDE = "ticket.reply_override"  # send it all the same
    TICKET_EXPORT = "ticket.export"  # as a sheet, of what the account may read; recorded
    HOT_ISSUE_HANDLE = "hot_issue.handle"
    VAULT_OPEN = "vault.open"
    # Guides for citizens and for operators; internal ones need the next as well.
    KNOWLEDGE_READ = "knowledge.read"
    KNOWLEDGE_READ_INTERNAL = "knowledge.read_internal"
    KNOWLEDGE_EDIT = "knowledge.edit"  # draft and submit
    KNOWLEDGE_REVIEW = "knowledge.review"  # publish, roll back, expire; never one's own draft
    USERS_MANAGE = "users.manage"
    DEADLINES_MANAGE = "deadlines.manage"  # the work calendar loaded, rule packs looked at, tried
    AUDIT_READ = "audit.read"

    @property
    def label(self) -> str:
        """What is allowed, in words."""
        return _PERMISSION_LABELS[self]


_PERMISSION_LABELS = {
    Permission.CONVERSATION_READ: "查看会话",
    Permission.CONVERSATION_TAKE_OVER: "接管会话",
    Permission.CALL_REGISTER: "登记来电，凭查询码应市民要求撤回、补照片",
    Permission.TICKET_READ_ALL: "查看全部工单",
    Permission.TICKET_DISPATCH: "派单、不予受理、并单、拆分、撤单、归档、审批延期和承诺",
    Permission.TICKET_FOLLOW_UP: "回访已答复的工单",
    Permission.TICKET_REMIND: "催办",
    Permission.TICKET_SUPERVISE: "督办、查看亮牌和周报",
    Permission.TICKET_READ_OWN: "查看本单位工单",
    Permission.TICKET_HANDLE: "办理本单位工单",
    Permission.TICKET_REPLY_OVERRIDE: "放行把关未通过的答复",
    Permission.TICKET_EXPORT: "导出工单表格",
    Permission.HOT_ISSUE_HANDLE: "关注、处置热点",
    Permission.VAULT_OPEN: "调阅举报人身份",
    Permission.KNOWLEDGE_READ: "查看知识库",
    Permission.KNOWLEDGE_READ_INTERNAL: "查看内部知识",
    Permission.KNOWLEDGE_EDIT: "编写知识",
    Permission.KNOWLEDGE_REVIEW: "审核发布知识",
    Permission.USERS_MANAGE: "管理账号",
    Permission.DEADLINES_MANAGE: "管理工作日历和时限规则",
    Permission.AUDIT_READ: "查看审计记录",
}

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.OPERATOR: frozenset(
        {
            Permission.CONVERSATION_READ,
            Permission.CONVERSATION_TAKE_OVER,
            Permission.CALL_REGISTER,
            Permission.TICKET_FOLLOW_UP,
            Permission.KNOWLEDGE_READ,
        }
    ),
    Role.DISPATCHER: frozenset(
        {
            Permission.CONVERSATION_READ,
            Permission.TICKET_READ_ALL,
            Permission.TICKET_DISPATCH,
            Permission.TICKET_EXPORT,
            Permission.HOT_ISSUE_HANDLE,
            Permission.TICKET_REMIND,
            Permission.KNOWLEDGE_READ,
        }
    ),
    Role.DEPARTMENT_HANDLER: frozenset({Permission.TICKET_READ_OWN, Permission.TICKET_HANDLE}),
    Role.DEPARTMENT_LEAD: frozenset(
        {
            Permission.TICKET_READ_OWN,
            Permission.TICKET_HANDLE,
            Permission.TICKET_REPLY_OVERRIDE,
            Permission.TICKET_EXPORT,
        }
    ),
    Role.SUPERVISOR: frozenset(
        {
            Permission.TICKET_READ_ALL,
            Permission.TICKET_REMIND,
            Permission.TICKET_SUPERVISE,
            Permission.TICKET_EXPORT,
            Permission.HOT_ISSUE_HANDLE,
            # Neither dispatches nor handles nor calls: of the hotline the furthest from the matter.
            Permission.VAULT_OPEN,
            Permission.KNOWLEDGE_READ,
        }
    ),
    Role.KNOWLEDGE_EDITOR: frozenset(
        {
            Permission.KNOWLEDGE_READ,
            Permission.KNOWLEDGE_READ_INTERNAL,
            Permission.KNOWLEDGE_EDIT,
        }
    ),
    Role.KNOWLEDGE_REVIEWER: frozenset(
        {
            Permission.KNOWLEDGE_READ,
            Permission.KNOWLEDGE_READ_INTERNAL,
            Permission.KNOWLEDGE_REVIEW,
        }
    ),
    Role.AUDITOR: frozenset({Permission.AUDIT_READ}),
    # Runs accounts and calendar; reads neither conversations nor tickets nor the vault.
    Role.ADMINISTRATOR: frozenset({Permission.USERS_MANAGE, Permission.DEADLINES_MANAGE}),
}


# What a service token may be given: work on tickets. Accounts, the audit and the vault are for
# people alone.
TOKEN_SCOPES = frozenset(
    {
        Permission.TICKET_READ_ALL,
        Permission.TICKET_DISPATCH,
        Permission.TICKET_FOLLOW_UP,
        Permission.TICKET_REMIND,
        Permission.TICKET_SUPERVISE,
        Permission.TICKET_READ_OWN,
        Permission.TICKET_HANDLE,
    }
)
# These reach only tickets of a department: whoever has them must belong to one.
OF_A_DEPARTMENT = frozenset(
    {Permission.TICKET_READ_OWN, Permission.TICKET_HANDLE, Permission.TICKET_REPLY_OVERRIDE}
)


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """Return everything that ``roles`` allow together."""
    return frozenset().union(*(ALLOWED[role] for role in roles))
