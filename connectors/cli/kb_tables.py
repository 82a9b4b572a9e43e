"""What ``hotline kb check`` and ``hotline kb stats`` print, for people and for machines."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, astuple
from datetime import date
from typing import Any

from rich.table import Table

from connectors.cli.machine_form import JsonObject
from knowledge_base.checks import Finding
from knowledge_base.library import Library
from knowledge_base.policy_answers.answers import PolicyAnswers
from knowledge_base.policy_answers.counting import altogether, by_topic
from knowledge_base.schema import FacetName
from knowledge_base.statistics import (
    RATE_LABELS,
    Coverage,
    Rate,
    Support,
    by_category,
    by_facet,
    service_rates,
    total,
)

_SUPPORT_LABELS = {
    Support.LAW: "有法律依据",
    Support.LOCAL: "各地不同",
    Support.DEMO: "演示网点",
    Support.OTHER: "无依据",
    Support.EMPTY: "空缺",
}


def finding_line(finding: Finding) -> str:
    """Return one finding as a line: where it stands, what is wrong, how to repair it."""
    place = "" if finding.file is None else f"{finding.file}:{finding.line} "
    what = f"{finding.code} {finding.field}（{finding.rule.label}）"
    return f"{place}{what}：{finding.message}；{finding.repair}"


def summary_line(findings: Iterable[Finding]) -> str:
    """Return how many findings there are of each rule."""
    counted = Counter(finding.rule.label for finding in findings)
    parts = "，".join(f"{label} {count}" for label, count in counted.most_common())
    return f"共 {counted.total()} 处：{parts}" if counted else "没有发现问题。"


def finding_object(finding: Finding) -> JsonObject:
    """Return one finding in the machine form (``docs/cli/kb-check.schema.json``)."""
    return {**asdict(finding), "rule": finding.rule.value, "label": finding.rule.label}


def statistics_objects(library: Library, today: date) -> Iterator[JsonObject]:
    """Yield the counts in the machine form (``docs/cli/kb-stats.schema.json``)."""
    for category in by_category(library):
        yield {"kind": "category", **_counts(category)}
    for facet in by_facet(library):
        yield {"kind": "facet", "label": FacetName(facet.name).label, **_counts(facet)}
    yield {"kind": "total", **_counts(total(library))}
    for rate in service_rates(library):
        yield _rate_object(rate)
    for topic in by_topic(library.policy_answers, today):
        yield {"kind": "policy_topic", **asdict(topic)}
    yield {"kind": "policy_total", **asdict(altogether(library.policy_answers, today))}


def _counts(coverage: Coverage) -> dict[str, Any]:
    return {
        "name": coverage.name,
        "listed": coverage.listed,
        "written": coverage.written,
        "expected": coverage.expected,
        "covered": coverage.covered,
        **{support.value: coverage.support[support] for support in Support},
    }


def _rate_object(rate: Rate) -> JsonObject:
    return {
        "kind": "rate",
        "name": rate.name,
        "label": RATE_LABELS[rate.name],
        "yes": rate.yes,
        "no": rate.no,
        "unknown": rate.unknown,
        "share": rate.share,
        "share_of_all": rate.share_of_all,
    }


def coverage_tables(library: Library, today: date) -> Iterator[Table]:
    """Yield the tables that people read: by category, by facet, the rates, the policy answers."""
    whole = total(library)
    yield _coverage_table("类别", [(one.name, one) for one in by_category(library)], whole)
    facets = [(FacetName(one.name).label, one) for one in by_facet(library)]
    yield _coverage_table("要素", facets, whole)
    yield _rate_table(service_rates(library))
    yield _policy_table(library.policy_answers, today)


def _policy_table(answers: PolicyAnswers, today: date) -> Table:
    table = Table("政策问答", "问答", "有法律依据", "写明各地不同", "已过期")
    for one in by_topic(answers, today):
        table.add_row(*map(str, astuple(one)))
    table.add_section()
    _, *counts = astuple(altogether(answers, today))
    table.add_row("合计", *map(str, counts))
    return table


def _coverage_table(first: str, rows: list[tuple[str, Coverage]], whole: Coverage) -> Table:
    table = Table(first, "已写/应有", "要素覆盖", *_SUPPORT_LABELS.values())
    for label, coverage in rows:
        table.add_row(*_cells(label, coverage))
    table.add_section()
    table.add_row(*_cells("合计", whole))
    return table


def _cells(label: str, coverage: Coverage) -> list[str]:
    shares = [_share(coverage.support[one], coverage.expected) for one in Support]
    covered = f"{coverage.covered}/{coverage.expected}"
    return [label, f"{coverage.written}/{coverage.listed}", covered, *shares]


def _share(part: int, whole: int) -> str:
    return f"{part}（{part / whole:.0%}）" if part else "0"


def _rate_table(rates: Iterable[Rate]) -> Table:
    table = Table("指标", "占已写明的", "占全部", "是", "否", "未写明")
    for rate in rates:
        shares = (rate.share, rate.share_of_all)
        counts = (str(rate.yes), str(rate.no), str(rate.unknown))
        table.add_row(RATE_LABELS[rate.name], *map(_percent, shares), *counts)
    return table


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.1%}"
