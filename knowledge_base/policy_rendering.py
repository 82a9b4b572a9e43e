"""The words of policy answers and quoted clauses; what stands between the fields is here alone."""

from datetime import date
from typing import Final

from knowledge_base.policies.quoting import Quotation
from knowledge_base.policies.schema import PolicyDocument
from knowledge_base.policy_answers.schema import PolicyAnswer
from knowledge_base.rendering import Phrases, laws_text, local_variation_text


class PolicyPhrases:
    """The fixed connecting words, all of them."""

    ISSUERS: Final = "发布机关：{issuers}。"
    SINCE: Final = "自{day}起施行。"
    UNTIL: Final = "有效期至{day}。"
    ISSUED: Final = "{day}印发。"
    DAY: Final = "{year}年{month}月{day}日"


def policy_answer_text(answer: PolicyAnswer) -> str:
    """Return the question, the answer word for word with its laws, and what differs by place."""
    basis = Phrases.BASIS.format(laws=laws_text(answer.basis)) if answer.basis else ""
    lines = [answer.question, "", answer.answer + basis]
    if answer.local_variation is not None:
        lines.append(local_variation_text(answer.local_variation))
    return "\n".join(lines)


def clause_text(document: PolicyDocument, quotation: Quotation) -> str:
    """Return where the words stand, the words exactly, who issued them, since when they apply."""
    about = _about(document)
    return "\n\n".join(part for part in (quotation.citation, quotation.text, about) if part)


def _about(document: PolicyDocument) -> str:
    parts = []
    if document.issuers:
        parts.append(PolicyPhrases.ISSUERS.format(issuers="、".join(document.issuers)))
    if document.in_force_from is not None:
        parts.append(PolicyPhrases.SINCE.format(day=_day(document.in_force_from)))
    elif document.issued_on is not None:
        parts.append(PolicyPhrases.ISSUED.format(day=_day(document.issued_on)))
    if document.in_force_to is not None:
        parts.append(PolicyPhrases.UNTIL.format(day=_day(document.in_force_to)))
    return "".join(parts)


def _day(day: date) -> str:
    return PolicyPhrases.DAY.format(year=day.year, month=day.month, day=day.day)
