"""Printed plans."""

import hashlib

from connectors.daily_prints import DailyPrints
from foundation.clock import Clock
from knowledge_base.bundles.planning import Plan
from knowledge_base.bundles.rendering import plan_text
from knowledge_base.library import Library


class PlanPrinter:
    """Makes PDFs on demand; plans that say the same are printed once a day."""

    def __init__(self, clock: Clock) -> None:
        self._prints = DailyPrints(clock)

    def pdf(self, plan: Plan, library: Library) -> bytes:
        """Return the plan as of today; blocks for about half a second while it is made."""
        # Half a second of importing that the start need not spend.
        from knowledge_base.bundles.printing import print_plan  # noqa: PLC0415 -- see above

        words = hashlib.sha256(plan_text(plan).encode()).hexdigest()
        return self._prints.pdf(words, lambda today: print_plan(plan, library, today))
