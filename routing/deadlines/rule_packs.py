"""Rule packs: every limit with its source, how certain it is, and when it was last compared.

Certainty ``A``: the text of the rule was seen. ``B``: press or an official report of it; such a
number is never presented as checked against the text. ``verified_on`` is the day on which the
entry was last compared with what ``source`` names.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from knowledge_base.faults import FaultList, read_file, validate
from routing.deadlines.counting import LimitUnit, RollOver, check_amount
from routing.deadlines.errors import RulePackNotFoundError, UncountableAmountError
from routing.schemas import AppealKind

_GRADES: tuple[Literal[1, 2, 3, 4], ...] = (1, 2, 3, 4)
_STALE_DAYS = 365
_ABOUT_HOURS = {
    LimitUnit.WORKING_DAYS: 24 * 7 / 5,
    LimitUnit.CALENDAR_DAYS: 24,
    LimitUnit.HOURS: 1,
    LimitUnit.MINUTES: 1 / 60,
}
SHIPPED_DIRECTORY = Path(__file__).parent.parent / "city" / "rule_packs"
Grade = Literal[1, 2, 3, 4]  # 诉求紧急程度: 1 is the most urgent
KindLabel = Literal["咨询", "求助", "投诉", "举报", "建议", "表扬"]


class LimitClock(StrEnum):
    """What a limit runs for."""

    DISPATCH = "dispatch"
    ACCEPT = "accept"
    FIRST_CONTACT = "first_contact"
    RESOLVE = "resolve"
    SEND_BACK = "send_back"


def _stated(value: str) -> str:
    if not value.strip():
        raise ValueError("a number without a source is refused: name the source")
    return value


Stated = Annotated[str, AfterValidator(_stated)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sourced(_Record):
    """What every statement of a pack carries."""

    source: Stated
    certainty: Literal["A", "B"]
    verified_on: date


class Limit(Sourced):
    """One limit: for these kinds and grades, so many of a unit."""

    clock: LimitClock
    amount: float
    unit: LimitUnit
    clause: Stated  # the rule in words; with the article where that is known
    kinds: tuple[KindLabel, ...] = ()  # empty: all
    grades: tuple[Grade, ...] = ()  # empty: all

    @model_validator(mode="after")
    def _refuse_uncountable(self) -> "Limit":
        try:
            check_amount(self.amount, self.unit)
        except UncountableAmountError as error:
            raise ValueError(str(error)) from error
        return self

    def covers(self, clock: LimitClock, kind: AppealKind | None, grade: Grade | None) -> bool:
        """Whether this limit is the one for such an appeal."""
        return (
            self.clock is clock
            and (not self.kinds or (kind is not None and kind.label in self.kinds))
            and (not self.grades or grade in self.grades)
        )


class Unlimited(Sourced):
    """Kinds for which the rule sets no limit; said, not left out."""

    clock: LimitClock
    kinds: tuple[KindLabel, ...] = Field(min_length=1)
    reason: Stated


class RulePack(_Record):
    """One city's or province's rules on time."""

    code: str = Field(pattern=r"^[a-z0-9_]+$")
    name: Stated
    note: str = ""
    roll_over: RollOver = RollOver.NONE
    default_grade: Grade | None = None  # taken where nobody has graded the appeal
    limits: tuple[Limit, ...] = Field(min_length=1)
    unlimited: tuple[Unlimited, ...] = ()

    @model_validator(mode="after")
    def _refuse_ambiguous(self) -> "RulePack":
        seen: set[tuple[str, str, int]] = set()
        for limit in self.limits:
            for cell in _cells(limit):
                if cell in seen:
                    raise ValueError(f"two limits of '{limit.clock}' for the same appeals: {cell}")
                seen.add(cell)
        return self

    @model_validator(mode="after")
    def _refuse_contradiction(self) -> "RulePack":
        limited = {cell for limit in self.limits for cell in _cells(limit)}
        for entry in self.unlimited:
            for kind in entry.kinds:
                if all((entry.clock, kind, grade) in limited for grade in _GRADES):
                    raise ValueError(f"'{entry.clock}' of {kind} has a limit and is unlimited")
        return self

    @model_validator(mode="after")
    def _refuse_silence(self) -> "RulePack":
        """A kind that nothing is said of would be a ticket without a due time, unnoticed."""
        resolving = [limit for limit in self.limits if limit.clock is LimitClock.RESOLVE]
        said = {cell[1:] for limit in resolving for cell in _cells(limit)}
        for entry in self.unlimited:
            if entry.clock is LimitClock.RESOLVE:
                said |= {(kind, grade) for kind in entry.kinds for grade in _GRADES}
        for kind in AppealKind:
            for grade in _GRADES:
                if (kind.label, grade) not in said:
                    raise ValueError(
                        f"nothing is said of 'resolve' for {kind.label}, grade {grade}: "
                        "give a limit, or say under 'unlimited' why there is none"
                    )
        return self

    def limit(
        self, clock: LimitClock, kind: AppealKind | None = None, grade: Grade | None = None
    ) -> Limit | None:
        """Return the limit that applies, or ``None`` where the pack sets none."""
        grade = grade if grade is not None else self.default_grade
        return next((each for each in self.limits if each.covers(clock, kind, grade)), None)

    def reason_unlimited(self, clock: LimitClock, kind: AppealKind) -> str:
        """Say why no limit applies."""
        for entry in self.unlimited:
            if entry.clock is clock and kind.label in entry.kinds:
                return entry.reason
        return f"{self.name}没有载明{kind.label}类的这一时限。"


def _cells(limit: Limit) -> list[tuple[str, str, int]]:
    kinds: tuple[str, ...] = limit.kinds or tuple(kind.label for kind in AppealKind)
    return [(limit.clock, kind, grade) for kind in kinds for grade in limit.grades or _GRADES]


def load_rule_packs(directory: Path = SHIPPED_DIRECTORY) -> dict[str, RulePack]:
    """Load and check every pack.

    Raises:
        LibraryFaultsError: listing every fault as ``file:line: field: problem; repair``; a number
            without source, certainty or day of comparison is one.
    """
    return _read_packs(sorted(directory.glob("*.yml")))


def load_rule_pack_file(path: Path) -> RulePack:
    """Load one pack that is not shipped yet, to be tried or checked.

    Raises:
        LibraryFaultsError: listing its faults.
    """
    (pack,) = _read_packs([path]).values()
    return pack


def _read_packs(paths: Iterable[Path]) -> dict[str, RulePack]:
    faults = FaultList()
    packs: dict[str, RulePack] = {}
    for path in paths:
        file = read_file(path, path.parent, faults)
        pack = None if file is None else validate(file, (), file.data, RulePack, faults)
        if pack is None or file is None:
            continue
        if pack.code != path.stem:
            faults.add(file, ("code",), f"'{pack.code}' is not the file's name", "make them equal")
        packs[pack.code] = pack
    faults.raise_if_any()
    return packs


def questionable(pack: RulePack, today: date) -> list[str]:
    """Return what is no fault of form but should be looked at by whoever keeps the pack; Chinese.

    Args:
        pack: a pack that has no faults.
        today: comparisons dated after it, or more than a year before, are named.
    """
    found = []
    entries: tuple[Limit | Unlimited, ...] = (*pack.limits, *pack.unlimited)
    for entry in entries:
        named = f"{entry.clock}（{'、'.join(entry.kinds) or '各类'}）"
        if entry.verified_on > today:
            found.append(f"{named}：核对日期{entry.verified_on}在今天之后")
        elif (today - entry.verified_on).days > _STALE_DAYS:
            found.append(f"{named}：{entry.verified_on}核对，已超过一年，应重新核对来源")
    return [*found, *_out_of_order(pack)]


def _out_of_order(pack: RulePack) -> list[str]:
    """Name clocks by which a more urgent appeal has more time than a less urgent one."""
    found = []
    for clock in LimitClock:
        for kind in AppealKind:
            limits = [(grade, pack.limit(clock, kind, grade)) for grade in _GRADES]
            spans = [(grade, _hours(limit)) for grade, limit in limits if limit is not None]
            if any(one[1] > next_[1] for one, next_ in pairwise(spans)):
                found.append(f"{clock}（{kind.label}）：更紧急的等级时限反而更长")
    return found


def _hours(limit: Limit) -> float:
    """Return about how long a limit is; enough to tell which of two is longer."""
    return limit.amount * _ABOUT_HOURS[limit.unit]


def load_rule_pack(code: str, directory: Path = SHIPPED_DIRECTORY) -> RulePack:
    """Load one pack, checking all.

    Raises:
        LibraryFaultsError: a pack has faults.
        RulePackNotFoundError: there is none of this code.
    """
    packs = load_rule_packs(directory)
    if code not in packs:
        raise RulePackNotFoundError(code, sorted(packs))
    return packs[code]
