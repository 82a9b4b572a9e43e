"""Where a policy answer or a quoted clause comes from."""

from knowledge_base.policies.quoting import Quotation
from knowledge_base.policies.schema import PublishedPolicy
from knowledge_base.policy_answers.schema import PolicyAnswer
from knowledge_base.rendering import laws_text
from retrieval.schemas import Source


def cite_policy_answer(answer: PolicyAnswer) -> Source:
    """Return question, version, dates, source document and laws."""
    return Source(
        code=answer.code,
        title=answer.question,
        version=answer.version,
        valid_from=answer.valid_from.isoformat(),
        source=answer.source.title,
        laws=tuple(dict.fromkeys(laws_text([reference]) for reference in answer.basis)),
        valid_to=None if answer.valid_to is None else answer.valid_to.isoformat(),
    )


def cite_clause(code: str, policy: PublishedPolicy, quotation: Quotation) -> Source:
    """Return title, number, clause, issuers and validity; ``code`` is the document's."""
    document = policy.document
    begins = document.in_force_from or document.issued_on
    return Source(
        code=code,
        title=document.title,
        version=policy.version,
        valid_from="" if begins is None else begins.isoformat(),
        source=quotation.citation,
        valid_to=None if document.in_force_to is None else document.in_force_to.isoformat(),
        number=document.number,
        clause=quotation.clause,
        issuers=document.issuers,
    )
