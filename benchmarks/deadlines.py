"""The deadline engine against an independent computation: ``python -m benchmarks.deadlines``.

Random cases over 2024 and 2025, per unit and per clock, with and without pauses; any difference is
printed and ends with code 1. Writes nothing.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from benchmarks import deadline_oracle as oracle
from foundation.clock import SHANGHAI, FixedClock
from routing.deadlines.calendar import shipped_calendar
from routing.deadlines.counting import LimitUnit, Pause, RollOver, due_at
from routing.deadlines.rule_packs import SHIPPED_DIRECTORY, Grade, LimitClock, RulePack
from routing.deadlines.service import DeadlineService
from routing.schemas import AppealKind

BEGIN = datetime(2024, 1, 1, tzinfo=SHANGHAI)
SECONDS = int((datetime(2026, 1, 1, tzinfo=SHANGHAI) - BEGIN).total_seconds())
# The longest limits of any pack are 15 days and 24 hours; these reach well beyond.
MOST = {
    LimitUnit.WORKING_DAYS: 60,
    LimitUnit.CALENDAR_DAYS: 120,
    LimitUnit.HOURS: 2_000,
    LimitUnit.MINUTES: 20_000,
}
GRADES: tuple[Grade | None, ...] = (None, 1, 2, 3, 4)
_LONGEST_PAUSE_HOURS = 30 * 24
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """One case in which the two do not agree."""

    case: str
    engine: datetime | None
    independent: datetime | None


def unit_differences(unit: LimitUnit, cases: int, chance: random.Random) -> Iterator[Difference]:
    """Yield what differs in ``cases`` random counts of one unit; half of them have pauses."""
    calendar = shipped_calendar()
    for number in range(cases):
        start, amount = moment(chance), _amount(unit, chance)
        pauses = _pauses(start, chance) if number % 2 else []
        roll = unit is LimitUnit.CALENDAR_DAYS and chance.random() < 0.5
        over = RollOver.NEXT_WORKING_DAY if roll else RollOver.NONE
        found = due_at(start, amount, unit, calendar, over, pauses)
        stops = [(pause.start, pause.end) for pause in pauses]
        expected = oracle.due(start, oracle.Rule(amount, unit.value, roll), stops)
        if found != expected:
            yield Difference(f"{start} {amount} {unit} {over} {pauses}", found, expected)


def clock_differences(clock: LimitClock, cases: int, chance: random.Random) -> Iterator[Difference]:
    """Yield what differs in ``cases`` appeals under shipped and made-up packs, kinds, grades."""
    plain = [*oracle.read_packs(SHIPPED_DIRECTORY).values()]
    # A clock that no shipped pack sets (first contact) is counted under made-up ones alone.
    plain = [pack for pack in plain if any(each["clock"] == clock for each in pack["limits"])]
    plain += [_made_up_pack(clock, number, chance) for number in range(20)]
    calendar, still = shipped_calendar(), FixedClock(BEGIN)
    services = [DeadlineService(calendar, RulePack.model_validate(each), still) for each in plain]
    for number in range(cases):
        place, kind = number % len(plain), chance.choice(list(AppealKind))
        grade, start = chance.choice(GRADES), moment(chance)
        found = services[place].clock_due(clock, kind, start, grade).due_at
        rule = oracle.rule(plain[place], clock.value, kind.label, grade)
        expected = None if rule is None else oracle.due(start, rule)
        if found != expected:
            code = plain[place]["code"]
            yield Difference(f"{code} {clock} {kind} {grade} {start}", found, expected)


def _made_up_pack(clock: LimitClock, number: int, chance: random.Random) -> dict[str, Any]:
    """Return a pack with random limits, as YAML would give it: some by kind, the rest by grade."""
    said = {"source": "随机", "certainty": "B", "verified_on": "2026-11-22", "clause": "随机"}
    reason = {key: said[key] for key in ("source", "certainty", "verified_on")} | {"reason": "随机"}
    kinds = [kind.label for kind in AppealKind]
    chance.shuffle(kinds)
    cells: list[dict[str, Any]] = [{"kinds": [kind]} for kind in kinds[:3]]
    cells += [{"kinds": kinds[3:5], "grades": [grade]} for grade in (1, 2, 3, 4)]
    # What a pack does not limit it says is unlimited, or it is refused.
    silent = kinds[5:] if clock is LimitClock.RESOLVE else kinds
    limits = []
    for cell in cells:
        unit = chance.choice(list(LimitUnit))
        amount = chance.randint(1, MOST[unit])
        limits.append({**said, **cell, "clock": clock.value, "unit": unit.value, "amount": amount})
    return {
        "code": f"made_up_{number}",
        "name": "随机",
        "roll_over": chance.choice([over.value for over in RollOver]),
        "default_grade": chance.choice((1, 2, 3, 4)),
        "limits": limits,
        "unlimited": [{**reason, "clock": "resolve", "kinds": silent}],
    }


def moment(chance: random.Random) -> datetime:
    """Return a second of 2024 or 2025; one in five close to a midnight, where days change."""
    found = BEGIN + timedelta(seconds=chance.randrange(SECONDS))
    if chance.random() < 0.2:
        return found.replace(hour=chance.choice((0, 23)), minute=chance.choice((0, 59)), second=0)
    return found


def _amount(unit: LimitUnit, chance: random.Random) -> float:
    if unit is LimitUnit.HOURS and chance.random() < 0.3:
        return chance.randint(1, 2 * MOST[unit]) / 2
    return chance.randint(1, MOST[unit])


def _pauses(start: datetime, chance: random.Random) -> list[Pause]:
    """Return up to three pauses after ``start``; they may overlap, and may lie after the end."""
    found = []
    for _ in range(chance.randint(1, 3)):
        begun = start + timedelta(seconds=chance.randrange(60 * 86_400))
        lasts = timedelta(seconds=chance.randrange(_LONGEST_PAUSE_HOURS * 3600))
        found.append(Pause(begun, begun + lasts))
    return found


def _report(name: str, cases: int, differences: Callable[[], Iterator[Difference]]) -> int:
    begun = time.perf_counter()
    found = list(differences())
    seconds = time.perf_counter() - begun
    sys.stdout.write(f"{name:<14} {cases:>7,} cases  {len(found):>4} differ  {seconds:6.1f} s\n")
    for each in found[:_MOST_SHOWN]:
        sys.stdout.write(f"  {each}\n")
    return len(found)


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="per unit and per clock")
    parser.add_argument("--seed", type=int, default=20261122)
    given = parser.parse_args()
    chance, differ = random.Random(given.seed), 0
    for unit in LimitUnit:
        differ += _report(
            unit.value,
            given.cases,
            partial(unit_differences, unit, given.cases, chance),
        )
    for clock in LimitClock:
        differ += _report(
            clock.value,
            given.cases,
            partial(clock_differences, clock, given.cases, chance),
        )
    if differ:
        sys.exit(1)


if __name__ == "__main__":
    main()
