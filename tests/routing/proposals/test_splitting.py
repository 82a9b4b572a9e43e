"""Several issues in one text become parts only where different bodies must act."""

import pytest

from routing.proposals.service import RoutingService
from routing.proposals.splitting import pieces_of
from routing.schemas import AppealKind, Outcome

TWO = "文渊阁小区停水三天了，还有临江路一家公司拖欠我三个月工资"


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("小区停水了，另外临江路路灯坏了", ["小区停水了", "临江路路灯坏了"]),
        ("1、小区停水三天；2、食堂饭菜有虫", ["小区停水三天", "食堂饭菜有虫"]),
        ("第一，小区停水三天。第二，食堂饭菜有虫", ["小区停水三天", "食堂饭菜有虫"]),
        ("停水三天了顺便", ["停水三天了顺便"]),
        ("烧烤店占道，另外他们半夜很吵", ["烧烤店占道，他们半夜很吵"]),
        ("烧烤店占道，半夜很吵", ["烧烤店占道，半夜很吵"]),
        ("押金2.5万元，同时退款", ["押金2.5万元，退款"]),
    ],
)
def test_text_is_cut_where_something_else_is_announced(text: str, pieces: list[str]) -> None:
    assert pieces_of(text) == pieces


def test_issues_for_two_bodies_are_two_parts(routing: RoutingService) -> None:
    proposal = routing.propose(TWO)

    told = [(part.text, part.proposal.lead, part.proposal.reading.place) for part in proposal.parts]
    assert told == [
        ("文渊阁小区停水三天了", "GS", "文渊阁小区"),
        ("临江路一家公司拖欠我三个月工资", "LDJC", "临江路"),
    ]
    kinds = [part.proposal.reading.kind for part in proposal.parts]
    assert kinds == [AppealKind.ASSISTANCE, AppealKind.COMPLAINT]
    assert proposal.parts[0].proposal.due_at != proposal.parts[1].proposal.due_at


def test_part_without_a_place_is_where_the_whole_is(routing: RoutingService) -> None:
    proposal = routing.propose("小区停水三天了，另外楼下烧烤店半夜占道冒油烟", place="文渊阁小区")

    places = [part.proposal.reading for part in proposal.parts]
    assert [(one.place, one.district) for one in places] == [("文渊阁小区", "盘江区")] * 2


@pytest.mark.parametrize(
    "text",
    [
        "文渊阁小区楼下烧烤店半夜冒油烟，另外临江路路灯坏了好几天没人修",  # one body for both
        "老板拖欠三个月工资，另外请尽快处理",
        "公交车不准点，同时希望增加班次",
        "文渊阁小区停水三天了，也没有人通知",
        "我家着火了，另外小区停水三天了",
    ],
)
def test_one_issue_for_one_body_stays_whole(text: str, routing: RoutingService) -> None:
    assert routing.propose(text).parts == ()


def test_emergency_is_never_split(routing: RoutingService) -> None:
    proposal = routing.propose("我家着火了，另外临江路一家公司拖欠我三个月工资")

    assert (proposal.outcome, proposal.parts) == (Outcome.EMERGENCY, ())
