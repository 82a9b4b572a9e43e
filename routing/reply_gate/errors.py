"""Errors of the reply gate.

HotlineError
├── ConfigurationError
│   └── GateRulesError        the packaged rules cannot be read
└── ConflictError
    └── ReplyRefusedError     the reply does not leave as it is; says why
"""

from collections.abc import Sequence

from foundation.errors import ConfigurationError, ConflictError
from routing.reply_gate.schemas import ReplyFinding


class GateRulesError(ConfigurationError):
    """The packaged rules cannot be read or compiled."""

    def __init__(self, file: str, cause: Exception) -> None:
        super().__init__(f"reply gate: {file}: {cause}; restore it from the release")


class ReplyRefusedError(ConflictError):
    """The reply must be changed, or let pass with a reason by who may."""

    def __init__(self, ticket_no: str, findings: Sequence[ReplyFinding]) -> None:
        self.findings = tuple(findings)
        reasons = "；".join(dict.fromkeys(one.reason for one in findings))
        self.user_message = f"答复还不能发出：{reasons}。"
        rules = ",".join(dict.fromkeys(one.rule.value for one in findings))
        super().__init__(f"ticket {ticket_no}: reply refused by {rules}")
