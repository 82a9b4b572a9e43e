from datetime import datetime

import pytest

from foundation.clock import SHANGHAI
from routing.proposals.service import RoutingService
from routing.schemas import AppealKind, Outcome

RUNNING = "我要投诉，文渊阁小区楼下的烧烤店半夜还在冒油烟"


def test_propose_reads_the_running_example(routing: RoutingService) -> None:
    proposal = routing.propose(RUNNING)
    reading = proposal.reading

    assert reading.kind is AppealKind.COMPLAINT
    assert reading.category is not None
    assert reading.category.code == "C100102"
    assert (reading.place, reading.district, reading.when) == ("文渊阁小区楼下", "盘江区", "半夜")
    assert reading.appeal_probability > 0.9
    assert (proposal.outcome, proposal.lead, proposal.asks) == (Outcome.TICKET, "CG", None)
    assert proposal.due_at == datetime(2026, 12, 14, 23, 59, 59, tzinfo=SHANGHAI)
    assert "权责清单·市城管局：餐饮油烟扰民执法" in proposal.candidates[0].evidence


def test_propose_sends_city_order_of_a_county_to_the_county(routing: RoutingService) -> None:
    proposal = routing.propose("楼下饭店油烟太大，天天往我家灌", place="鹤岭县鹤鸣苑")

    assert (proposal.lead, proposal.reading.district) == ("HLX", "鹤岭县")


def test_propose_asks_for_the_place_the_body_depends_on(routing: RoutingService) -> None:
    proposal = routing.propose("投诉楼下饭店油烟太大，天天往我家灌")

    assert (proposal.outcome, proposal.lead, proposal.asks) == (Outcome.ASK_PLACE, None, "where")


def test_propose_names_the_line_for_danger_to_life(routing: RoutingService) -> None:
    proposal = routing.propose("我家着火了快来人")

    assert (proposal.outcome, proposal.emergency_line, proposal.lead) == (
        Outcome.EMERGENCY,
        "119",
        "X119",
    )
    assert proposal.urgent
    assert proposal.due_at is None


@pytest.mark.parametrize(
    ("text", "body"),
    [("我要投诉法院判决不公平，要求改判", "XFY"), ("我要举报某局长贪污受贿", "XJW")],
)
def test_propose_declines_and_names_the_right_channel(
    routing: RoutingService, text: str, body: str
) -> None:
    proposal = routing.propose(text)

    assert (proposal.outcome, proposal.lead, proposal.due_at) == (Outcome.DECLINE, body, None)


def test_propose_answers_a_question_directly(routing: RoutingService) -> None:
    assert routing.propose("请问身份证丢了怎么补办").outcome is Outcome.DIRECT_ANSWER


def test_propose_protects_reports_wishes_and_dependents(routing: RoutingService) -> None:
    shielded = (
        "我要举报有人在出租屋里聚众赌博",
        "小区物业乱收费，请为我保密",
        "我们公司老板拖欠三个月工资",
    )

    assert all(routing.propose(text).reading.confidential for text in shielded)
    assert not routing.propose(RUNNING).reading.confidential


def test_propose_lets_the_citizen_settle_the_kind(routing: RoutingService) -> None:
    proposal = routing.propose(RUNNING, kind=AppealKind.IRREGULARITY_REPORT)

    assert proposal.reading.kind is AppealKind.IRREGULARITY_REPORT
    assert proposal.reading.confidential


def test_propose_counts_from_the_time_received(routing: RoutingService) -> None:
    received = datetime(2025, 3, 3, 10, tzinfo=SHANGHAI)

    proposal = routing.propose(RUNNING, received_at=received)

    assert proposal.due_at == datetime(2025, 3, 24, 23, 59, 59, tzinfo=SHANGHAI)


def test_propose_takes_the_place_of_an_earlier_reading(routing: RoutingService) -> None:
    earlier = routing.read("在文渊阁小区楼下")

    proposal = routing.propose("投诉楼下饭店油烟太大，天天往我家灌", reading=earlier)

    assert (proposal.lead, proposal.reading.place) == ("CG", "文渊阁小区楼下")


@pytest.mark.parametrize("text", ["你好", "谢谢", "转人工", "护照几天能办好", "要多少钱"])
def test_read_tells_talk_from_appeals(routing: RoutingService, text: str) -> None:
    assert routing.read(text).appeal_probability < 0.5


@pytest.mark.parametrize("text", ["", " ", "😀😀", "\ud800", "a" * 10_000, "<script>", "\x00"])
def test_propose_survives_anything(routing: RoutingService, text: str) -> None:
    proposal = routing.propose(text)

    assert 0 <= proposal.confidence <= 1
    assert proposal.emergency_line is None
