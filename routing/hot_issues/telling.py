"""A warning of a hot issue (热点预警) in words, for the desks of those who handle it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from foundation.access.permissions import ALLOWED, Permission, Role
from routing.hot_issues import repository


def warning_notice(session: Session, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the notice of one ``hot_issue.warned``: references, counts and our own words.

    It goes to every role that handles hot issues, and names the newest ticket of the issue.
    """
    numbers = repository.numbers_of(session, [payload["issue"]]).get(payload["issue"], [])
    usual = payload["usual"]
    usually = f"平时{usual:g}件" if usual else "平时没有"
    return {
        "ticket_no": numbers[0][0] if numbers else "",
        "department": None,
        "roles": sorted(role for role in Role if Permission.HOT_ISSUE_HANDLE in ALLOWED[role]),
        "text": f"热点预警：{payload['title']}，{payload['window_days']}天内{payload['count']}件"
        f"（{usually}），请到“热点”查看并处置。",
    }
