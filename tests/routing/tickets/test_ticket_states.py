import pytest

from routing.tickets.errors import IllegalTransitionError
from routing.tickets.states import TRANSITIONS, TicketState, check_transition


def test_every_state_has_its_row_and_label() -> None:
    assert set(TRANSITIONS) == set(TicketState)
    assert len({state.label for state in TicketState}) == len(TicketState)


def test_every_state_can_be_reached_from_draft() -> None:
    reached, frontier = {TicketState.DRAFT}, [TicketState.DRAFT]
    while frontier:
        fresh = TRANSITIONS[frontier.pop()] - reached
        reached |= fresh
        frontier += fresh
    assert reached == set(TicketState)


def test_check_transition_allows_exactly_the_table() -> None:
    for current in TicketState:
        for target in TicketState:
            if target in TRANSITIONS[current]:
                check_transition("T", current, target)
            else:
                with pytest.raises(IllegalTransitionError) as refused:
                    check_transition("T", current, target)
                assert refused.value.status_code == 409
