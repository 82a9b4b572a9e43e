from collections.abc import Callable
from datetime import date

from knowledge_base.checks import Finding, Rule
from tests.knowledge_base.checks.guides import guide

Found = Callable[..., list[Finding]]

ENDED = (
    "- {title: 灯牌管理条例, in_force_to: 2026-06-30, superseded_by: 灯牌法, certainty: A}\n"
    "- {title: 灯牌法, in_force_from: 2026-07-01, certainty: A}\n"
)
NO_LAST_DAY = (
    "- {title: 灯牌管理条例, superseded_by: 灯牌法, certainty: A}\n"
    "- {title: 灯牌法, in_force_from: 2026-07-01, certainty: A}\n"
)
FUTURE = "- {title: 灯牌管理条例, in_force_from: 2027-01-01, certainty: A}\n"
BACKWARDS = (
    "- {title: 灯牌管理条例, in_force_from: 2026-01-01, in_force_to: 2020-01-01, "
    "superseded_by: 灯牌法, certainty: A}\n- {title: 灯牌法, certainty: A}\n"
)


def test_laws_not_in_force_finds_law_after_its_last_day(found: Found) -> None:
    files = {"city/laws/general.yml": ENDED}

    after = found(Rule.LAW_NOT_IN_FORCE, guide(), today=date(2026, 7, 1), **files)
    last_day = found(Rule.LAW_NOT_IN_FORCE, guide(), today=date(2026, 6, 30), **files)

    assert [(one.field, one.message, one.repair) for one in after] == [
        ("legal_basis.0.law", "引用了已失效的《灯牌管理条例》", "按《灯牌法》核对并改写")
    ]
    assert last_day == []


def test_laws_not_in_force_ends_a_law_where_its_successor_begins(found: Found) -> None:
    files = {"city/laws/general.yml": NO_LAST_DAY}

    after = found(Rule.LAW_NOT_IN_FORCE, guide(), today=date(2026, 7, 1), **files)

    assert [one.message for one in after] == ["引用了已失效的《灯牌管理条例》"]
    assert found(Rule.LAW_NOT_IN_FORCE, guide(), today=date(2026, 6, 30), **files) == []


def test_laws_not_in_force_finds_law_that_is_to_come(found: Found) -> None:
    files = {"city/laws/general.yml": FUTURE}

    early = found(Rule.LAW_NOT_IN_FORCE, guide(), **files)
    with_it = found(Rule.LAW_NOT_IN_FORCE, guide(valid_from=date(2027, 1, 1)), **files)

    assert [one.message for one in early] == ["《灯牌管理条例》自 2027-01-01 起才施行"]
    assert with_it == []


def test_law_dates_finds_law_that_ends_before_it_begins(found: Found) -> None:
    findings = found(Rule.LAW_NOT_IN_FORCE, guide(), **{"city/laws/general.yml": BACKWARDS})

    assert ("灯牌管理条例", "in_force_to") in [(one.code, one.field) for one in findings]


def test_expired_entries_finds_guide_after_its_last_day(found: Found) -> None:
    written = guide(valid_to=date(2026, 11, 22))

    assert found(Rule.EXPIRED_ENTRY, written, today=date(2026, 11, 22)) == []
    assert [one.field for one in found(Rule.EXPIRED_ENTRY, written, today=date(2026, 11, 23))] == [
        "valid_to"
    ]


def test_expired_entries_finds_replaced_guide_without_last_day(found: Found) -> None:
    new = guide("M0102", "彩灯登记", valid_from=date(2026, 6, 1))
    old = guide(superseded_by="M0102")

    assert [one.code for one in found(Rule.EXPIRED_ENTRY, old, new)] == ["M0101"]
    assert found(Rule.EXPIRED_ENTRY, old, new, today=date(2026, 5, 31)) == []
