"""A plan on paper: the sheet of the one-time notice, with one list to tick for all steps."""

from datetime import date
from typing import Final

from knowledge_base.bundles.planning import Plan
from knowledge_base.bundles.rendering import Words, documents_label, plan_parts
from knowledge_base.library import Library
from knowledge_base.notices.parts import Line, Notice, Part
from knowledge_base.notices.printing import print_sheet

_FOOT: Final = "{title} · {printed}打印"
_PHONE: Final = "12345"  # several departments at once: only the hotline answers for all


def print_plan(plan: Plan, library: Library, printed_on: date) -> bytes:
    """Return a plan as a PDF file; takes about half a second, most of it the font.

    Args:
        plan: what one citizen has to do.
        library: whose city hands it out.
        printed_on: the day that stands at the foot.

    Raises:
        ConfigurationError: the font's package is not installed.
    """
    foot = _FOOT.format(title=plan.bundle.title, printed=printed_on.isoformat())
    return print_sheet(plan_sheet(plan), library.city, foot=foot, phone=_PHONE)


def plan_sheet(plan: Plan) -> Notice:
    """Take a plan apart as a notice is: the same words as its text."""
    documents = documents_label(plan)
    return Notice(
        title=Words.TITLE.format(title=plan.bundle.title),
        summary=plan.bundle.summary,
        parts=tuple(
            Part(label, tuple(Line.of(line) for line in lines), to_tick=label == documents)
            for label, lines in plan_parts(plan)
        ),
        missing="",
    )
