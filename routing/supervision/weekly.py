"""The weekly report (蓝黄红周报): made once when a week has ended, stored, never changed.

A week runs from Monday 00:00 to before the next Monday 00:00, Asia/Shanghai, and is named as in
ISO 8601: ``2026-W47``. Each department is red, yellow or blue by the counts that the policy names.
"""

import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from foundation.clock import SHANGHAI, Clock
from foundation.database.keyring import installed_keyring
from knowledge_base.schema import Department
from routing.supervision.errors import WeekNotFoundError
from routing.supervision.figures import (
    LABELS,
    Cells,
    Dimension,
    Figures,
    Period,
    by,
    figures_of,
    total,
)
from routing.supervision.models import SupervisionWeek
from routing.supervision.policy import ColourRules, SupervisionPolicy
from routing.tickets.models import Ticket

_NAME = re.compile(r"(\d{4})-W(\d{2})")
_MADE_UP_FOR = 8  # weeks back, where the service was away
NOBODY = "（未派出）"
UNKNOWN = "（未定）"


@dataclass(frozen=True, slots=True)
class Week:
    """One week by its name."""

    name: str
    period: Period

    @classmethod
    def of(cls, moment: datetime) -> "Week":
        """Return the week that a moment lies in."""
        day = moment.astimezone(SHANGHAI).date()
        return cls._from(day - timedelta(days=day.weekday()))

    @classmethod
    def named(cls, name: str) -> "Week":
        """Return the week of this name.

        Raises:
            WeekNotFoundError: it names none.
        """
        found = _NAME.fullmatch(name)
        try:
            if found is not None:
                return cls._from(date.fromisocalendar(int(found[1]), int(found[2]), 1))
        except ValueError:
            pass
        raise WeekNotFoundError(name)

    @property
    def before(self) -> "Week":
        """The week before."""
        return Week.of(self.period.begin - timedelta(days=1))

    @classmethod
    def _from(cls, monday: date) -> "Week":
        year, number, _ = monday.isocalendar()
        begin, end = (
            datetime.combine(day, time(), tzinfo=SHANGHAI)
            for day in (monday, monday + timedelta(days=7))
        )
        return cls(f"{year}-W{number:02}", Period(begin, end))


class WeeklyReports:
    """Makes, stores and reads weekly reports."""

    def __init__(
        self, clock: Clock, policy: SupervisionPolicy, departments: Mapping[str, Department]
    ) -> None:
        self._clock = clock
        self._policy = policy
        self.names_of_departments = {code: one.name for code, one in departments.items()}

    def store_missing(self, session: Session) -> list[str]:
        """Make and store the reports of past weeks that are missing; return their names.

        Weeks before the first ticket, and those longer ago than eight weeks, are left out.
        """
        missing = self._missing(session)
        for one in missing:
            self._store(session, one)
        return [one.name for one in missing]

    def has_missing(self, session: Session) -> bool:
        """Whether a past week has no report; reads a row or two."""
        return bool(self._missing(session))

    def _missing(self, session: Session) -> list[Week]:
        # By its key, not by its time, which has no index.
        first = session.scalar(select(Ticket.registered_at).order_by(Ticket.id).limit(1))
        week, missing = Week.of(self._clock.now()).before, list[Week]()
        for _ in range(_MADE_UP_FOR):
            if first is None or week.period.end <= first:
                break
            if session.get(SupervisionWeek, week.name) is None:
                missing.append(week)
            week = week.before
        return missing[::-1]

    def stored(self, session: Session, name: str) -> dict[str, Any]:
        """Return the report of a past week as it was stored.

        Raises:
            WeekNotFoundError: none was stored.
        """
        row = session.get(SupervisionWeek, Week.named(name).name)
        if row is None:
            raise WeekNotFoundError(name)
        return row.report

    def present(self, session: Session) -> dict[str, Any]:
        """Return the report of the present week as far as it goes; it is not stored."""
        return self._made(session, Week.of(self._clock.now()))

    def names(self, session: Session, limit: int = 53) -> list[str]:
        """Return the weeks whose report is stored, the newest first."""
        query = select(SupervisionWeek.week).order_by(SupervisionWeek.week.desc()).limit(limit)
        return list(session.scalars(query))

    def changed(self, session: Session) -> list[str]:
        """Return the weeks whose stored report is not what was stored (改动过)."""
        rows = session.scalars(select(SupervisionWeek).order_by(SupervisionWeek.week))
        return [row.week for row in rows if not hmac.compare_digest(row.mac, _mac(row))]

    def _store(self, session: Session, week: Week) -> None:
        sqlite = session.get_bind().dialect.name == "sqlite"
        insert = sqlite_insert if sqlite else postgresql_insert
        row = SupervisionWeek(
            week=week.name,
            begins_at=week.period.begin,
            ends_at=week.period.end,
            made_at=self._clock.now(),
            report=self._made(session, week),
        )
        values = {
            name: getattr(row, name)
            for name in ("week", "begins_at", "ends_at", "made_at", "report")
        }
        # Another process may have been first: what is stored stays.
        statement = insert(SupervisionWeek).values(**values, mac=_mac(row))
        session.execute(statement.on_conflict_do_nothing(index_elements=["week"]))

    def _made(self, session: Session, week: Week) -> dict[str, Any]:
        now = self._clock.now()
        cells = figures_of(session, week.period, now)
        departments = by(Dimension.DEPARTMENT, cells)
        return {
            "week": week.name,
            "begins": week.period.begin.isoformat(),
            "ends": week.period.end.isoformat(),
            "made": now.isoformat(timespec="seconds"),
            "complete": week.period.end <= now,
            "total": total(cells.values()).as_json(),
            "departments": self._departments(departments),
            "districts": _rows(by(Dimension.DISTRICT, cells)),
            "categories": _rows(by(Dimension.CATEGORY, cells)),
            "rules": self._policy.weekly.model_dump(mode="json", exclude_none=True),
        }

    def _departments(self, found: Mapping[str, Figures]) -> list[dict[str, Any]]:
        rows = []
        for code, figures in found.items():
            colour, because = colour_of(figures, self._policy) if code else ("", [])
            rows.append(
                {
                    "code": code,
                    "name": self.names_of_departments.get(code, code) if code else NOBODY,
                    "colour": colour,
                    "because": because,
                    **figures.as_json(),
                }
            )
        order = {"red": 0, "yellow": 1, "blue": 2, "": 3}
        return sorted(rows, key=lambda row: (order[row["colour"]], -row["overdue"], row["code"]))


def colour_of(figures: Figures, policy: SupervisionPolicy) -> tuple[str, list[str]]:
    """Return a department's colour of the week, and what gave it that."""
    for colour, rules in (("red", policy.weekly.red), ("yellow", policy.weekly.yellow)):
        because = _reached(figures, rules)
        if because:
            return colour, because
    return "blue", []


def _reached(figures: Figures, rules: ColourRules) -> list[str]:
    found = []
    for name, least in rules.model_dump(exclude_none=True).items():
        count = getattr(figures, name)
        if count >= least:
            found.append(f"{LABELS[name]}{count}件（达到{least}件）")
    return found


def _rows(found: Mapping[str, Figures]) -> Sequence[dict[str, Any]]:
    return [{"name": name or UNKNOWN, **figures.as_json()} for name, figures in found.items()]


def figure_rows(
    cells: Cells, dimension: Dimension, names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return a table of figures by one dimension, each line with its ``key`` and ``name``."""
    empty = NOBODY if dimension is Dimension.DEPARTMENT else UNKNOWN
    return [
        {"key": key, "name": names.get(key, key) or empty, **figures.as_json()}
        for key, figures in by(dimension, cells).items()
    ]


def _mac(row: SupervisionWeek) -> str:
    content = {
        "week": row.week,
        "begins": row.begins_at.astimezone(SHANGHAI).isoformat(),
        "ends": row.ends_at.astimezone(SHANGHAI).isoformat(),
        "made": row.made_at.astimezone(SHANGHAI).isoformat(timespec="microseconds"),
        "report": row.report,
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    # A key of its own, drawn from the chain's: files of keys made earlier hold no further one.
    secret = hmac.new(installed_keyring().secret("event_chain"), b"supervision_weeks", sha256)
    return hmac.new(secret.digest(), canonical.encode(), sha256).hexdigest()
