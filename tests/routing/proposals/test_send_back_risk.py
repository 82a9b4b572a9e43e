"""The probability that the lead sends a ticket back."""

import pytest

from routing.proposals.send_back_risk import (
    LEAST_TICKETS,
    SendBackCount,
    corrected,
    load_risk_weights,
    modelled_risk,
)
from routing.proposals.service import RoutingService
from routing.tickets.send_back_history import Sent, narrowest

MEAN = 0.13


def test_doubt_and_evenness_raise_the_risk_and_a_second_duty_never_lowers_it() -> None:
    weights = load_risk_weights()
    base = modelled_risk(weights, (-3.0, 0.1, 0.0))

    assert base < modelled_risk(weights, (-2.0, 0.1, 0.0))
    assert base < modelled_risk(weights, (-3.0, 0.6, 0.0))
    assert base <= modelled_risk(weights, (-3.0, 0.1, 1.0))


def test_history_moves_the_risk_and_keeps_the_order() -> None:
    often = SendBackCount(sent=100, returned=40, expected=0.1)
    seldom = SendBackCount(sent=100, returned=1, expected=0.1)

    raised = [corrected(risk, often, MEAN) for risk in (0.05, 0.1, 0.3)]
    lowered = [corrected(risk, seldom, MEAN) for risk in (0.05, 0.1, 0.3)]

    assert raised == sorted(raised)
    assert all(risk > before for risk, before in zip(raised, (0.05, 0.1, 0.3), strict=True))
    assert all(risk < before for risk, before in zip(lowered, (0.05, 0.1, 0.3), strict=True))


def test_history_as_expected_changes_nothing() -> None:
    as_told = SendBackCount(sent=200, returned=20, expected=20.5 / 201)

    assert corrected(0.07, as_told, MEAN) == pytest.approx(0.07)


def test_few_tickets_say_nothing() -> None:
    assert corrected(0.07, SendBackCount(LEAST_TICKETS - 1, 10, None), MEAN) == 0.07


def test_narrowest_count_that_tells_enough_is_taken() -> None:
    own = [Sent("C010101", returned=True, expected=0.2)] * LEAST_TICKETS
    near = [Sent("C010102", returned=False, expected=None)] * 5
    far = [Sent("C020101", returned=False, expected=0.1)] * LEAST_TICKETS

    assert narrowest([*own, *near], "C010101") == SendBackCount(20, 20, pytest.approx(0.2))
    assert narrowest([*own, *near], "C010102") == SendBackCount(25, 20, pytest.approx(0.2))
    assert narrowest([*own, *far], "C030101") == SendBackCount(40, 20, pytest.approx(0.15))
    assert narrowest(near, "C010102") is None


def test_clear_appeal_is_told_a_lower_risk_than_an_unclear_one(routing: RoutingService) -> None:
    clear = routing.propose("老板拖欠三个月工资不给，帮我要回来")
    unclear = routing.propose("临江路路边那个箱子的门坏了，不知道是谁家的")

    assert clear.send_back_risk is not None
    assert unclear.send_back_risk is not None
    assert clear.send_back_risk < 0.1 < unclear.send_back_risk


def test_nothing_is_sent_back_where_nothing_is_sent(routing: RoutingService) -> None:
    assert routing.propose("我家着火了").send_back_risk is None
    assert routing.propose("法院判得不公，我不服判决").send_back_risk is None
