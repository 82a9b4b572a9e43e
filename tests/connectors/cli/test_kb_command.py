import json
import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from connectors.cli.kb import app
from foundation.access.permissions import Role
from foundation.access.service import AccessService
from foundation.clock import Clock, FixedClock, SystemClock
from foundation.database.session import Database
from knowledge_base.checks import Rule
from knowledge_base.entries.checking import PublishChecks
from knowledge_base.entries.content import guide_form
from knowledge_base.entries.service import EntryService
from knowledge_base.loader import SHIPPED_DIRECTORY, load_library
from knowledge_base.schema import Matter

SCHEMAS = Path(__file__).parents[3] / "docs/cli"
SCHEMA = SCHEMAS / "kb-export.schema.json"
CHECK_SCHEMA = json.loads((SCHEMAS / "kb-check.schema.json").read_text(encoding="utf-8"))
STATS_SCHEMA = json.loads((SCHEMAS / "kb-stats.schema.json").read_text(encoding="utf-8"))
PHONE = '  complaint_phone: "7654321"\n'


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test see what this machine's own installation published."""
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("HOTLINE_DATABASE_URL", raising=False)


def _last_alias(*options: str) -> str:
    """The last alias of M0103 as it is exported."""
    result = CliRunner().invoke(app, ["export", "--jsonl", *options])
    rows = map(json.loads, result.stdout.splitlines())
    return next(str(row["aliases"][-1]) for row in rows if row["code"] == "M0103")


def test_kb_commands_read_what_was_published_unless_told_otherwise(
    tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = load_library().matters["M0103"]
    before, added = guide.aliases[-1], "翠鸟牌证件补领"
    assert (_last_alias(), _last_alias("--shipped")) == (before, before)  # no database yet
    monkeypatch.setenv("HOTLINE_DATABASE_URL", sqlite_database.url)
    changes = {"aliases": (*guide.aliases, added), "complaint_phone": "7654321"}
    _publish(sqlite_database, guide.model_copy(update=changes))

    assert (_last_alias(), _last_alias("--shipped")) == (added, before)
    (found,) = CliRunner().invoke(app, ["check", "--jsonl"]).stdout.splitlines()
    finding = json.loads(found)
    jsonschema.validate(finding, CHECK_SCHEMA)
    assert (finding["code"], finding["rule"], finding["file"]) == ("M0103", "no_phone", None)
    assert CliRunner().invoke(app, ["check", "--shipped"]).stdout == "没有发现问题。\n"


def test_kb_check_names_what_is_past_its_last_day_and_so_not_answered(
    tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = SystemClock().now()
    yesterday = now.date() - timedelta(days=1)
    directory = _faulty_library(tmp_path, f"  valid_to: {yesterday}\n")
    monkeypatch.setattr("connectors.cli.kb.SHIPPED_DIRECTORY", directory)
    monkeypatch.setenv("HOTLINE_DATABASE_URL", sqlite_database.url)
    ending = load_library().matters["M0103"].model_copy(update={"valid_to": yesterday})
    _publish(sqlite_database, ending, FixedClock(now - timedelta(days=1)))

    rows = [
        json.loads(one) for one in CliRunner().invoke(app, ["check", "--jsonl"]).stdout.splitlines()
    ]

    for row in rows:
        jsonschema.validate(row, CHECK_SCHEMA)
    assert [(row["code"], row["rule"], row["field"], row["file"]) for row in rows] == [
        ("M0101", "expired_entry", "valid_to", "library/household_registration.yml"),
        ("M0103", "expired_entry", "valid_to", None),
    ]


def _publish(database: Database, guide: Matter, clock: Clock | None = None) -> None:
    clock = clock or SystemClock()
    access = AccessService(clock, session_hours=1)
    entries = EntryService(database, load_library(), access, clock, PublishChecks())
    with database.transaction() as session:
        editor, reviewer = (
            access.create_account(session, name, "long enough", [role])
            for name, role in (
                ("editor", Role.KNOWLEDGE_EDITOR),
                ("reviewer", Role.KNOWLEDGE_REVIEWER),
            )
        )
        saved = entries.drafts.save(session, editor, guide_form(guide), "改名", 0)
        saved = entries.drafts.submit(session, editor, guide.code, saved.lock_version)
    entries.publish(reviewer, guide.code, saved.lock_version, "核对无误", "演练")


def test_kb_export_jsonl_holds_one_valid_object_a_line() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))

    result = CliRunner().invoke(app, ["export", "--jsonl"])

    assert result.exit_code == 0
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    for row in rows:
        jsonschema.validate(row, schema)
    public = load_library().public_matters()
    assert [row["code"] for row in rows] == [matter.code for matter in public]


def test_kb_export_facets_are_those_the_guide_covers() -> None:
    result = CliRunner().invoke(app, ["export", "--jsonl"])

    row = next(row for row in map(json.loads, result.stdout.splitlines()) if row["code"] == "M0103")
    assert row["title"] == "居民身份证丢失补领"
    assert row["facets"]["fee"] == (
        "丢失补领居民身份证工本费：40元/证"
        "（依据：《国家发展改革委、财政部关于居民身份证收费标准及有关问题的通知》）"
    )


def test_kb_export_of_faulty_directory_lists_faults_on_standard_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["export", "--jsonl", "--directory", str(tmp_path)])

    assert result.exit_code == 1
    assert result.stdout == ""
    assert "city/city.yml:1: file: is missing; create it" in result.stderr


def _faulty_library(tmp_path: Path, said: str = PHONE) -> Path:
    """Copy the city and its guides of one field, and make one of them say what it must not."""
    directory = tmp_path / "knowledge_base"
    shutil.copytree(SHIPPED_DIRECTORY / "city", directory / "city")
    guides = directory / "library/household_registration.yml"
    guides.parent.mkdir()
    shutil.copy(SHIPPED_DIRECTORY / "library" / guides.name, guides)
    text = guides.read_text(encoding="utf-8")
    guides.write_text(text.replace("  ways: [窗口]\n", "  ways: [窗口]\n" + said, 1), "utf-8")
    return directory


def test_kb_check_of_shipped_library_finds_nothing() -> None:
    result = CliRunner().invoke(app, ["check"])

    assert (result.exit_code, result.stdout) == (0, "没有发现问题。\n")
    assert CliRunner().invoke(app, ["check", "--jsonl"]).stdout == ""


def test_kb_check_names_file_line_field_and_repair(tmp_path: Path) -> None:
    directory = _faulty_library(tmp_path)

    result = CliRunner().invoke(app, ["check", "--directory", str(directory)])

    guides = (directory / "library/household_registration.yml").read_text("utf-8")
    line = guides.splitlines().index(PHONE.rstrip("\n")) + 1
    assert result.exit_code == 1
    place = f"library/household_registration.yml:{line} M0101 complaint_phone（电话有误）"
    message = "“7654321”不是能拨通的电话号码"
    repair = "核对号码：固定电话写区号，如 0871-63100000；不清楚的写 12345"
    assert result.stdout == f"{place}：{message}；{repair}\n共 1 处：电话有误 1\n"


def test_kb_check_jsonl_holds_one_valid_object_a_line(tmp_path: Path) -> None:
    directory = _faulty_library(tmp_path)

    result = CliRunner().invoke(app, ["check", "--jsonl", "--directory", str(directory)])

    rows = [json.loads(line) for line in result.stdout.splitlines()]
    for row in rows:
        jsonschema.validate(row, CHECK_SCHEMA)
    assert result.exit_code == 1
    assert [(row["rule"], row["code"], row["file"]) for row in rows] == [
        ("no_phone", "M0101", "library/household_registration.yml")
    ]


def test_kb_check_schema_names_every_rule() -> None:
    assert CHECK_SCHEMA["properties"]["rule"]["enum"] == [rule.value for rule in Rule]


def test_kb_stats_shows_categories_facets_and_rates() -> None:
    result = CliRunner().invoke(app, ["stats"])

    assert result.exit_code == 0
    for shown in ("户籍身份证", "申请材料", "网上可办率", "全程网办率", "最多跑一次率", "即办率"):
        assert shown in result.stdout


def test_kb_stats_jsonl_holds_one_valid_object_a_line_whose_parts_add_up() -> None:
    result = CliRunner().invoke(app, ["stats", "--jsonl"])

    rows = [json.loads(line) for line in result.stdout.splitlines()]
    for row in rows:
        jsonschema.validate(row, STATS_SCHEMA)
    kinds = Counter(row["kind"] for row in rows)
    assert (kinds["facet"], kinds["total"], kinds["rate"]) == (10, 1, 4)
    for row in rows:
        if "covered" in row:
            parts = sum(row[name] for name in ("law", "local", "demo", "other"))
            assert row["covered"] == parts == row["expected"] - row["empty"]
