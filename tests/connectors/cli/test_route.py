"""Contract of ``hotline route --jsonl``."""

import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import SecretStr

from connectors.cli.learnt_from_tickets import learnt_from_tickets
from connectors.cli.machine_form import answer_lines
from connectors.cli.route import answer, words
from foundation.clock import SHANGHAI, FixedClock
from foundation.database.session import Database
from foundation.settings import ROOT, Settings
from routing.appeals.assembly import Casework
from routing.proposals.assembly import load_routing_service
from routing.proposals.service import RoutingService
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, READING, Register

SCHEMA = json.loads((ROOT / "docs" / "cli" / "route.schema.json").read_text("utf-8"))
RULED = "楼下烧烤店半夜占道冒油烟，客人喝酒打架"
SEVERAL = "文渊阁小区停水三天了，还有临江路一家公司拖欠我三个月工资，太过分了"
RUNNING = "我要投诉，文渊阁小区楼下的烧烤店半夜还在冒油烟"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> RoutingService:
    data_dir: Path = tmp_path_factory.mktemp("route")
    clock = FixedClock(datetime(2026, 11, 23, 9, tzinfo=SHANGHAI))
    routing = load_routing_service(Settings(data_dir=data_dir), clock, dense=False)
    routing.warm_up()
    return routing


def _answers(service: RoutingService, *lines: object) -> list[dict[str, Any]]:
    output = io.StringIO()
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    answer_lines(texts, lambda line: answer(line, service), output)
    return [json.loads(line) for line in output.getvalue().splitlines()]


def test_route_answers_in_the_form_of_its_schema(service: RoutingService) -> None:
    answers = _answers(
        service,
        {"id": "1", "text": RUNNING},
        {"id": 2, "text": "楼下饭店油烟天天往我家灌", "place": "永泽步行街"},
        {"id": "3", "text": "我家着火了"},
        {"id": "4", "text": "你好"},
        {"id": "5", "text": RUNNING, "received_at": "2025-03-03T10:00:00"},
        {"id": "6", "text": SEVERAL},
    )

    for each in answers:
        jsonschema.validate(each, SCHEMA)
    assert [each["id"] for each in answers] == ["1", 2, "3", "4", "5", "6"]
    assert answers[0]["category"] == {
        "code": "C100102",
        "level1": "生态环境",
        "level2": "大气污染",
        "level3": "餐饮油烟",
    }
    assert (answers[0]["lead"], answers[0]["district"]) == ("CG", "盘江区")
    assert answers[0]["due_at"] == "2026-12-14T23:59:59+08:00"
    assert (answers[1]["lead"], answers[1]["district"]) == ("YZS", "永泽市")
    assert (answers[2]["outcome"], answers[2]["emergency_line"]) == ("emergency", "119")
    assert answers[4]["due_at"] == "2025-03-24T23:59:59+08:00"
    assert [(part["lead"], part["place"]) for part in answers[5]["parts"]] == [
        ("GS", "文渊阁小区"),
        ("LDJC", "临江路"),
    ]
    assert answers[5]["demands"] == [{"demand": "要求支付", "words": "拖欠我三个月工资"}]
    assert answers[5]["emotion"] == {"level": "不满", "words": ["太过分"]}


def test_route_names_the_fault_of_a_bad_line(service: RoutingService) -> None:
    answers = _answers(
        service,
        "not json",
        {"id": 1},
        {"id": 2, "text": " "},
        {"id": 3, "text": "路灯坏了", "received_at": "gestern"},
        {"id": 4, "text": 5},
    )

    for each in answers:
        jsonschema.validate(each, SCHEMA)
    assert [sorted(each) for each in answers] == [["error", "id"]] * 5
    assert [each["id"] for each in answers] == [None, 1, 2, 3, 4]


def test_route_human_form_says_who_and_why(service: RoutingService) -> None:
    lines = words(service.propose(RUNNING))

    assert lines[0].startswith("类别：投诉")
    assert "分类：生态环境/大气污染/餐饮油烟" in lines
    assert any("餐饮油烟扰民执法" in line for line in lines)


def test_route_reads_the_rulings_of_the_installation_and_writes_nothing(
    database: Database, register: Register, casework: Casework, tmp_path: Path
) -> None:
    number = register(text=RULED).ticket_no
    with database.transaction() as session:
        casework.tickets.send_back(session, number, CITY_MANAGEMENT, "不属本局", "公安职责")
        casework.tickets.dispatch(session, number, "GA", DISPATCHER)
    url = database.engine.url.render_as_string(hide_password=False)
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    settings = Settings(data_dir=data_dir, database_url=SecretStr(url))

    with learnt_from_tickets(settings) as learnt:
        learnt.catalogue.refresh()
        ruling = learnt.catalogue.alike(RULED, [READING.category.code if READING.category else ""])

    assert ruling is not None
    assert (ruling.wrong, ruling.right) == ("CG", "GA")
    assert list(data_dir.iterdir()) == []


def test_route_works_without_a_database_and_makes_none(tmp_path: Path) -> None:
    with learnt_from_tickets(Settings(data_dir=tmp_path)) as learnt:
        learnt.catalogue.refresh()
        assert learnt.catalogue.alike(RULED, []) is None

    assert list(tmp_path.iterdir()) == []


def test_route_goes_on_where_the_tables_are_missing(tmp_path: Path) -> None:
    (tmp_path / "hotline.db").touch()

    with learnt_from_tickets(Settings(data_dir=tmp_path)) as learnt:
        assert learnt.history is None
