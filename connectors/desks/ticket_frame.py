"""One ticket on a desk: the columns it is drawn in, and the parts that every desk draws alike."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from nicegui import ui

from connectors.desks.due import when_words
from connectors.desks.widgets import heading
from connectors.ticket_api.matrix import PREFIX as TICKETS
from routing.appeals.schemas import ContactView
from routing.schemas import AppealKind
from routing.tickets.schemas import TimelineEntry
from routing.tickets.states import TicketState

Notes = Callable[[TimelineEntry], Iterable[str]]


class TicketFrame:
    """The work column and the timeline (经过); every text of a citizen is a text node."""

    def __init__(self, choose: str) -> None:
        """Draw both, empty; ``choose`` says how a ticket is opened."""
        self._choose = choose
        with ui.element("section").classes("desk-work").props('aria-label="工单"'):
            self._body = ui.element("div").classes("desk-scroll")
        with ui.element("section").classes("desk-help").props('aria-label="经过"'):
            heading("经过")
            self._timeline = ui.element("ol").classes("desk-timeline")
        self.clear()

    def clear(self) -> None:
        """Show that nothing is selected."""
        self._timeline.clear()
        with self.drawing():
            ui.label(self._choose).classes("desk-empty")

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Draw the work column anew."""
        self._body.clear()
        with self._body:
            yield

    def draw_timeline(self, entries: Sequence[TimelineEntry], notes: Notes) -> None:
        """Draw what the ticket went through; ``notes`` gives the lines under an entry."""
        self._timeline.clear()
        with self._timeline:
            for entry in entries:
                with ui.element("li"):
                    ui.label(when_words(entry.at)).classes("desk-time")
                    ui.label(entry.label)
                    for note in notes(entry):
                        ui.label(note).classes("desk-note")


def data_notes(*names: str) -> Notes:
    """Return what shows these values of an entry's data, where it has them."""
    return lambda entry: [str(entry.data[name]) for name in names if entry.data.get(name)]


def draw_head(
    kind: AppealKind, ticket_no: str, state: TicketState | None, *, confidential: bool
) -> None:
    """Draw which ticket it is and how it stands."""
    with ui.element("div").classes("desk-bar"):
        heading(f"{kind.label} {ticket_no}").props("data-mark=ticket-no")
        if state is not None:
            ui.label(state.label).classes("desk-tag").props("data-mark=ticket-state")
        if confidential:
            ui.label("身份保密").classes("desk-tag protected")


def draw_print(ticket_no: str) -> None:
    """Draw the way to the ticket on paper; the session's cookie opens it."""
    # A plain link: the framework's own would put its mount path before it.
    link = ui.element("a").props(f'href="{TICKETS}/{ticket_no}/sheet" target="_blank"')
    with link.props("rel=noopener data-mark=print").classes("desk-link"):
        ui.label("打印工单（PDF）")


def draw_facts(facts: Iterable[tuple[str, str | None]]) -> None:
    """Draw each fact that there is, under its name."""
    for name, value in facts:
        if value:
            with ui.element("div").classes("fact"):
                ui.label(name).classes("fact-name")
                ui.label(value).classes("fact-value")


def draw_contacts(contacts: Sequence[ContactView]) -> None:
    """Draw how to reach the citizens."""
    for contact in contacts:
        known = " ".join(part for part in (contact.name, contact.phone) if part)
        draw_facts([("联系方式", known or "市民没有留联系方式")])


def draw_question(asked: str) -> None:
    """Draw what was asked, above the words that answer it."""
    ui.label(f"问：{asked}").classes("desk-note").props("data-mark=answered-question")
