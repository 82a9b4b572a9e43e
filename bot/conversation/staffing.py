"""When people answer (人工服务时间)."""

from dataclasses import dataclass
from datetime import datetime, time


@dataclass(frozen=True, slots=True)
class StaffedHours:
    """The hours of a day in which operators are there; over midnight when ``until`` is earlier."""

    since: time
    until: time

    def open_at(self, moment: datetime) -> bool:
        """Whether somebody answers at ``moment`` (Asia/Shanghai)."""
        now = moment.time()
        if self.since <= self.until:
            return self.since <= now <= self.until
        return now >= self.since or now <= self.until
