"""Contract of ``hotline deadline --jsonl``."""

import io
import json
from datetime import datetime
from typing import Any

import jsonschema
import pytest

from connectors.cli.deadline import answer
from connectors.cli.machine_form import answer_lines
from foundation.clock import SHANGHAI, FixedClock
from foundation.settings import ROOT
from routing.deadlines.calendar import shipped_calendar
from routing.deadlines.rule_packs import load_rule_pack
from routing.deadlines.service import DeadlineService

SCHEMA = json.loads((ROOT / "docs" / "cli" / "deadline.schema.json").read_text("utf-8"))


@pytest.fixture
def service() -> DeadlineService:
    clock = FixedClock(datetime(2026, 11, 22, 10, tzinfo=SHANGHAI))
    return DeadlineService(shipped_calendar(), load_rule_pack("guangdong_2022"), clock)


def _answers(service: DeadlineService, *lines: object) -> list[dict[str, Any]]:
    output = io.StringIO()
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    answer_lines(texts, lambda line: answer(line, service), output)
    return [json.loads(line) for line in output.getvalue().splitlines()]


def _line(**changed: object) -> dict[str, object]:
    line = {"id": "1", "start": "2025-01-24T09:00:00+08:00", "kind": "working_days", "amount": 3}
    return {**line, **changed}


def test_deadline_answers_each_unit(service: DeadlineService) -> None:
    answers = _answers(
        service,
        _line(),
        _line(id=2, kind="calendar_days", amount=7),
        _line(id="3", kind="hours", amount=24.5),
        _line(id="4", start="2025-01-24"),
        _line(id="5", start="2025-01-24T01:00:00Z", kind="hours", amount=1),
    )
    for each in answers:
        jsonschema.validate(each, SCHEMA)
    assert [(each["id"], each["due_at"], each["provisional"]) for each in answers] == [
        ("1", "2025-02-05T23:59:59+08:00", False),
        (2, "2025-01-31T23:59:59+08:00", False),
        ("3", "2025-01-25T09:30:00+08:00", False),
        ("4", "2025-02-05T23:59:59+08:00", False),
        ("5", "2025-01-24T10:00:00+08:00", False),
    ]


def test_deadline_marks_an_unpublished_year(service: DeadlineService) -> None:
    (far,) = _answers(service, _line(start="2090-01-02T00:00:00+08:00"))
    jsonschema.validate(far, SCHEMA)
    assert far["provisional"] is True


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[1]",
        _line(amount=0),
        _line(amount="3"),
        _line(amount=True),
        _line(amount=1.5),
        _line(amount=1e300),
        _line(kind="weeks"),
        _line(start="yesterday"),
        _line(start="9999-12-31T09:00:00+08:00", kind="calendar_days"),
        _line(start="9999-12-31T09:00:00+08:00"),
        _line(start="0001-01-01T00:00:00+08:00", kind="hours"),
        {"id": "1"},
    ],
)
def test_deadline_refuses_a_bad_line_and_goes_on(service: DeadlineService, line: object) -> None:
    refused, good = _answers(service, line, _line(id="next"))
    jsonschema.validate(refused, SCHEMA)
    assert set(refused) == {"id", "error"}
    assert good["id"] == "next"
    assert "due_at" in good
