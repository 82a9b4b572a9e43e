"""The policy documents that citizens' answers may quote."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError
from sqlalchemy.orm import Session

from knowledge_base.policies import repository
from knowledge_base.policies.schema import PolicyDocument, PublishedPolicy
from knowledge_base.schema import Visibility

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PublishedPolicies:
    """What is in force on one day, and what was published but cannot be read any more."""

    documents: Mapping[str, PublishedPolicy]  # by code
    unreadable: frozenset[str]


def policies_in_force(session: Session, day: date) -> PublishedPolicies:
    """Return the public documents that apply on ``day`` (Asia/Shanghai)."""
    documents: dict[str, PublishedPolicy] = {}
    unreadable: set[str] = set()
    for row in repository.present_versions(session, {Visibility.PUBLIC}):
        try:
            document = PolicyDocument.model_validate(row.content)
        except ValidationError:
            logger.error(  # noqa: TRY400 -- a traceback would log the text
                "published policy cannot be read: code=%s version=%s", row.code, row.version
            )
            unreadable.add(row.code)
            continue
        if document.in_force_on(day):
            documents[row.code] = PublishedPolicy(version=row.version or 1, document=document)
    return PublishedPolicies(documents, frozenset(unreadable))
