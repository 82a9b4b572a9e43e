"""Printed notices."""

from connectors.daily_prints import DailyPrints
from foundation.clock import Clock
from knowledge_base.guidance.rendering import personal_notice
from knowledge_base.guidance.selecting import Selection, encode
from knowledge_base.library import Library
from knowledge_base.schema import Matter


class PrintedNotices:
    """Makes PDFs on demand, each once a day."""

    def __init__(self, clock: Clock) -> None:
        self._prints = DailyPrints(clock)

    def pdf(self, matter: Matter, library: Library, selection: Selection | None = None) -> bytes:
        """Return the notice as of today, for one citizen's case if given; blocks while made."""
        # Half a second of importing that the start need not spend.
        from knowledge_base.notices.printing import print_notice  # noqa: PLC0415 -- see above

        case = encode(selection.answers) if selection is not None else ""
        notice = personal_notice(selection, library) if selection is not None else None
        key = f"{library.fingerprint} {matter.code} {case}"
        return self._prints.pdf(key, lambda today: print_notice(matter, library, today, notice))
