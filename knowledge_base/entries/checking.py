"""What is looked at before a guide is published: our own checks, and those registered from above.

``knowledge_base`` calls no package above it: retrieval and others register a ``PublishCheck``
where the application is assembled.
"""

from collections.abc import Sequence
from typing import Protocol

from knowledge_base.checks import Finding, check_entry
from knowledge_base.entries.content import reference_findings, schema_findings
from knowledge_base.entries.errors import EntryReasonMissingError, PublishBlockedError
from knowledge_base.entries.schemas import Candidate, CheckReport
from knowledge_base.schema import Matter


class PublishCheck(Protocol):
    """Something that may speak against publishing a guide; runs with no transaction open."""

    def findings(self, candidate: Candidate, matter: Matter) -> Sequence[Finding]:
        """Return what an editor should repair; empty when nothing speaks against it.

        Args:
            candidate: with the library as it would be, the guide laid over it.
            matter: the guide; it passed the schema and the loader's rules.
        """
        ...


class LibraryCheck:
    """The findings of ``hotline kb check`` that this entry has, or has a part in.

    The process remembers what it worked out of the other guides: the first call takes up to a
    second, later ones milliseconds, however the library was read.
    """

    def findings(self, candidate: Candidate, matter: Matter) -> Sequence[Finding]:
        """Return them."""
        return check_entry(candidate.library, matter.code, candidate.today)


class ScheduleCheck:
    """A version published earlier for a later day would take over again without this change."""

    def findings(self, candidate: Candidate, matter: Matter) -> Sequence[Finding]:
        """Return one finding a scheduled version."""
        repair = "先停用待生效的版本，或放行后在其上补做同样的修改"
        return [
            Finding(matter.code, "valid_from", f"第 {version} 版将另行生效，不含本次改动", repair)
            for version in candidate.scheduled
        ]


class PublishChecks:
    """All checks in the order registered, our own first."""

    def __init__(self, registered: Sequence[PublishCheck] = ()) -> None:
        self._checks: tuple[PublishCheck, ...] = (LibraryCheck(), ScheduleCheck(), *registered)

    def run(self, candidate: Candidate) -> CheckReport:
        """Return everything found; a guide with faults is not looked at further."""
        faults = schema_findings(candidate.code, candidate.content)
        matter = candidate.matter
        if faults or matter is None:
            return CheckReport(faults=tuple(faults))
        faults = [*reference_findings(matter, candidate.library), *_past(candidate, matter)]
        if faults:
            return CheckReport(faults=tuple(faults))
        found = [one for each in self._checks for one in each.findings(candidate, matter)]
        return CheckReport(findings=tuple(dict.fromkeys(found)))


def refuse_blocked(code: str, report: CheckReport, override: str | None) -> None:
    """Pass a report without findings, or one whose findings are overridden with a reason.

    Raises:
        PublishBlockedError: it has faults, or findings and nobody takes responsibility for them.
        EntryReasonMissingError: overridden without a word.
    """
    if report.faults:
        raise PublishBlockedError(code, report.faults, overridable=False)
    if report.findings and override is None:
        raise PublishBlockedError(code, report.findings, overridable=True)
    if report.findings and not (override or "").strip():
        raise EntryReasonMissingError(code)


def _past(candidate: Candidate, matter: Matter) -> list[Finding]:
    if matter.valid_to is None or matter.valid_to >= candidate.today:
        return []
    return [Finding(matter.code, "valid_to", "有效期已过", "改正有效期，或不再发布")]
