from datetime import date
from pathlib import Path

import pytest

from knowledge_base.errors import LibraryFaultsError
from routing.deadlines.counting import LimitUnit
from routing.deadlines.errors import RulePackNotFoundError
from routing.deadlines.rule_packs import (
    SHIPPED_DIRECTORY,
    LimitClock,
    RulePack,
    load_rule_pack,
    load_rule_pack_file,
    load_rule_packs,
    questionable,
)
from routing.schemas import AppealKind

Amount = tuple[float, LimitUnit] | None


def _amounts(pack: RulePack) -> dict[str, Amount]:
    limits = {kind.label: pack.limit(LimitClock.RESOLVE, kind) for kind in AppealKind}
    return {
        label: None if limit is None else (limit.amount, limit.unit)
        for label, limit in limits.items()
    }


def _by_kind(inquiry: int, assistance: int, complaint: int) -> dict[str, Amount]:
    days = LimitUnit.WORKING_DAYS
    return {
        "咨询": (inquiry, days),
        "求助": (assistance, days),
        "投诉": (complaint, days),
        "举报": (complaint, days),
        "建议": (assistance, days),
        "表扬": None,
    }


def test_shipped_packs_hold_the_known_limits() -> None:
    packs = load_rule_packs()
    assert sorted(packs) == [
        "beijing_db11_2021_2022",
        "guangdong_2022",
        "sichuan_2025",
        "tianjin_2025",
    ]
    assert _amounts(packs["guangdong_2022"]) == _by_kind(2, 10, 15)
    assert _amounts(packs["sichuan_2025"]) == _by_kind(3, 7, 15)


def test_beijing_pack_grades_dispatch_and_feedback() -> None:
    pack = load_rule_pack("beijing_db11_2021_2022")

    def graded(clock: LimitClock) -> list[tuple[float, LimitUnit]]:
        found = [pack.limit(clock, AppealKind.COMPLAINT, grade) for grade in (1, 2, 3, 4)]
        return [(limit.amount, limit.unit) for limit in found if limit is not None]

    hours, days = LimitUnit.HOURS, LimitUnit.CALENDAR_DAYS
    assert graded(LimitClock.DISPATCH) == [(1, hours), (2, hours), (24, hours), (24, hours)]
    assert graded(LimitClock.RESOLVE) == [(2, hours), (24, hours), (7, days), (15, days)]


def test_tianjin_pack_grades_accepting_and_sets_no_resolve_limit() -> None:
    pack = load_rule_pack("tianjin_2025")
    found = [pack.limit(LimitClock.ACCEPT, AppealKind.COMPLAINT, grade) for grade in (1, 2, 3)]
    assert [(limit.amount, limit.unit) for limit in found if limit is not None] == [
        (15, LimitUnit.MINUTES),
        (30, LimitUnit.MINUTES),
        (1, LimitUnit.WORKING_DAYS),
    ]
    assert pack.limit(LimitClock.RESOLVE, AppealKind.COMPLAINT) is None


def test_shipped_packs_present_nothing_as_checked() -> None:
    entries = [limit for pack in load_rule_packs().values() for limit in pack.limits]
    assert entries
    assert {entry.certainty for entry in entries} == {"B"}
    assert all("未与" in entry.source for entry in entries)


@pytest.mark.parametrize("field", ["source", "certainty", "verified_on"])
def test_linter_refuses_a_number_without_its_evidence(tmp_path: Path, field: str) -> None:
    lines = (SHIPPED_DIRECTORY / "guangdong_2022.yml").read_text("utf-8").splitlines()
    first = next(n for n, line in enumerate(lines) if line.strip().startswith(f"{field}:"))
    (tmp_path / "guangdong_2022.yml").write_text(
        "\n".join(lines[:first] + lines[first + 1 :]), "utf-8"
    )
    with pytest.raises(LibraryFaultsError) as refused:
        load_rule_packs(tmp_path)
    (fault,) = refused.value.faults
    assert fault.startswith(f"guangdong_2022.yml:7: limits.{field}: Field required")


def test_linter_refuses_blank_source_bad_amount_and_doubled_limits(tmp_path: Path) -> None:
    text = (SHIPPED_DIRECTORY / "guangdong_2022.yml").read_text("utf-8")
    (tmp_path / "guangdong_2022.yml").write_text(text.replace("amount: 2\n", "amount: 0\n", 1))
    (tmp_path / "doubled.yml").write_text(
        text.replace("guangdong_2022", "doubled").replace("[咨询]", "[咨询, 求助]")
    )
    (tmp_path / "blank.yml").write_text(
        text.replace("guangdong_2022", "blank").replace("source: 广东", "source: ' ' # ", 1)
    )
    with pytest.raises(LibraryFaultsError) as refused:
        load_rule_packs(tmp_path)
    assert [fault.split(":")[0] for fault in refused.value.faults] == [
        "blank.yml",
        "doubled.yml",
        "guangdong_2022.yml",
    ]


def _pack_with(tmp_path: Path, old: str, new: str) -> Path:
    text = (SHIPPED_DIRECTORY / "guangdong_2022.yml").read_text("utf-8")
    assert old in text
    path = tmp_path / "guangdong_2022.yml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "kinds: [求助, 建议]",
            "kinds: [求助]",
            "nothing is said of 'resolve' for 建议, grade 1: give a limit",
        ),
        ("kinds: [表扬]", "kinds: [表扬, 咨询]", "'resolve' of 咨询 has a limit and is unlimited"),
    ],
)
def test_linter_refuses_silence_and_contradiction(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    with pytest.raises(LibraryFaultsError) as refused:
        load_rule_pack_file(_pack_with(tmp_path, old, new))
    (fault,) = refused.value.faults
    assert problem in fault


def test_questionable_names_old_and_future_comparisons_and_grades_out_of_order(
    tmp_path: Path,
) -> None:
    pack = load_rule_pack_file(_pack_with(tmp_path, "2026-11-22", "2025-01-01"))
    assert questionable(pack, date(2026, 11, 22)) == [
        "resolve（咨询）：2025-01-01核对，已超过一年，应重新核对来源"
    ]
    shipped = load_rule_pack("guangdong_2022")
    assert questionable(shipped, date(2026, 11, 22)) == []
    assert len(questionable(shipped, date(2026, 11, 21))) == 6
    slow = load_rule_pack_file(_pack_with(tmp_path, "amount: 1\n", "amount: 3\n"))
    assert questionable(slow, date(2026, 11, 22)) == [
        f"send_back（{kind.label}）：更紧急的等级时限反而更长" for kind in AppealKind
    ]


def test_load_rule_pack_names_the_known_ones() -> None:
    with pytest.raises(RulePackNotFoundError, match="guangdong_2022"):
        load_rule_pack("nowhere")
