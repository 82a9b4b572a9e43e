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
    CALL_REGISTER = "call.register"
    TICKET_READ_ALL = "ticket.read_all"
    TICKET_DISPATCH = "ticket.dispatch"
    TICKET_FOLLOW_UP = "ticket.follow_up"  # answered tickets only; ask their citizens, close them
    # The two below reach only tickets assigned to the account's own department.
    TICKET_READ_OWN = "ticket.read_own"
    TICKET_HANDLE = "ticket.handle"
    VAULT_OPEN = "vault.open"
    # Guides for citizens and for operators; internal ones need the next as well.
    KNOWLEDGE_READ = "knowledge.read"
    KNOWLEDGE_READ_INTERNAL = "knowledge.read_internal"
    KNOWLEDGE_EDIT = "knowledge.edit"  # draft and submit
    KNOWLEDGE_REVIEW = "knowledge.review"  # publish, roll back, expire; never one's own draft
    USERS_MANAGE = "users.manage"
    AUDIT_READ = "audit.read"


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
            Permission.KNOWLEDGE_READ,
        }
    ),
    Role.DEPARTMENT_HANDLER: frozenset({Permission.TICKET_READ_OWN, Permission.TICKET_HANDLE}),
    Role.DEPARTMENT_LEAD: frozenset({Permission.TICKET_READ_OWN, Permission.TICKET_HANDLE}),
    Role.SUPERVISOR: frozenset({Permission.TICKET_READ_ALL, Permission.KNOWLEDGE_READ}),
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
    # Runs the accounts; reads neither conversations nor tickets nor the vault.
    Role.ADMINISTRATOR: frozenset({Permission.USERS_MANAGE}),
}


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """Return everything that ``roles`` allow together."""
    return frozenset().union(*(ALLOWED[role] for role in roles))
