"""``hotline kb entry`` as editors and reviewers use it, on a database of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from connectors.cli.kb import app
from connectors.cli.kb_bulk import NothingNamedError
from connectors.present_library import present_library
from foundation.access.errors import AccountNotFoundError, ActionNotAllowedError
from foundation.access.permissions import Role
from foundation.access.service import AccessService
from foundation.clock import SystemClock
from foundation.database.migration import upgrade
from foundation.database.session import Database
from foundation.settings import ROOT, load_settings
from knowledge_base.entries.errors import StaleBaseError, StaleEntryError

CODE, OTHER = "M0103", "M0102"
Run = Callable[..., Result]


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with an editor and a reviewer."""
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("HOTLINE_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    database, access = (
        Database(load_settings().resolved_database_url),
        AccessService(SystemClock(), session_hours=12),
    )
    upgrade(database)
    with database.transaction() as session:
        access.create_account(session, "wang", "long enough", [Role.KNOWLEDGE_EDITOR])
        access.create_account(session, "zhao", "long enough", [Role.KNOWLEDGE_REVIEWER])
    database.dispose()
    return tmp_path


@pytest.fixture
def run(data_dir: Path) -> Run:
    def invoke(*arguments: object, fails: bool = False) -> Result:
        result = CliRunner().invoke(app, ["entry", *map(str, arguments)])
        if not fails:
            assert result.exception is None, result.output
        return result

    return invoke


@pytest.fixture
def guide(run: Run, tmp_path: Path) -> Path:
    """The shipped guide as a file, with another fee."""
    text = run("show", CODE, "--yaml", "--as", "wang").stdout
    path = tmp_path / "guide.yml"
    assert "amount_yuan: 40.0" in text
    path.write_text(text.replace("amount_yuan: 40.0", "amount_yuan: 20.0"), encoding="utf-8")
    return path


def date_in_shanghai() -> date:
    return SystemClock().now().date()


def answered_fee() -> tuple[int, float | None]:
    matter = present_library(load_settings()).matter(CODE)
    return matter.version, matter.fee.items[0].amount_yuan


def test_entry_is_edited_submitted_published_rolled_back_and_expired(run: Run, guide: Path) -> None:
    edited = run("edit", guide, "--as", "wang", "--reason", "调整收费")
    assert edited.stdout == (
        "M0103 的草稿已保存（修订号 1），改动如下：\nfee.items[0].amount_yuan：40.0 → 20.0\n"
    )
    assert run("diff", CODE, "--as", "zhao").stdout == "fee.items[0].amount_yuan：40.0 → 20.0\n"
    run("submit", CODE, "--as", "wang")
    assert answered_fee() == (1, 40.0)

    published = run("publish", CODE, "--as", "zhao", "--reason", "已核对", "--override", "演练")
    assert published.stdout.startswith("M0103 第 2 版已发布")
    assert answered_fee() == (2, 20.0)
    shown = run("show", CODE, "--as", "wang").stdout
    assert "第 2 版" in shown
    assert "在用" in shown

    back = run("rollback", CODE, 1, "--as", "zhao", "--reason", "撤回", "--override", "演练")
    assert back.stdout.startswith("M0103 第 3 版已发布")
    assert answered_fee() == (3, 40.0)
    compared = run("diff", CODE, 2, 3, "--as", "zhao").stdout
    assert compared == "fee.items[0].amount_yuan：20.0 → 40.0\n"

    run("expire", CODE, "--as", "zhao", "--reason", "停办")
    assert CODE not in present_library(load_settings()).matters
    states = run("list", "--state", "expired", "--as", "wang").stdout
    assert "已失效" in states


def test_file_of_an_outdated_version_is_refused(run: Run, guide: Path) -> None:
    run("edit", guide, "--as", "wang", "--reason", "调整收费")
    run("submit", CODE, "--as", "wang")
    run("publish", CODE, "--as", "zhao", "--reason", "已核对", "--override", "演练")

    again = run("edit", guide, "--as", "wang", "--reason", "再调整", fails=True)

    assert isinstance(again.exception, StaleBaseError)


def test_lock_seen_before_refuses_what_came_between(run: Run, guide: Path) -> None:
    run("edit", guide, "--as", "wang", "--reason", "调整收费")

    late = run("edit", guide, "--as", "wang", "--reason", "调整收费", "--lock", 0, fails=True)

    assert isinstance(late.exception, StaleEntryError)


def test_draft_is_returned_and_discarded(run: Run, guide: Path) -> None:
    run("edit", guide, "--as", "wang", "--reason", "调整收费")
    run("submit", CODE, "--as", "wang")
    run("return", CODE, "--as", "zhao", "--reason", "缺文件号")
    assert "草稿" in run("list", "--as", "wang").stdout
    run("discard", CODE, "--as", "wang")
    assert run("list", "--as", "wang").stdout == "没有符合条件的条目。\n"


def test_account_acts_within_its_role(run: Run, guide: Path) -> None:
    by_reviewer = run("edit", guide, "--as", "zhao", "--reason", "调整收费", fails=True)
    by_nobody = run("list", "--as", "nobody", fails=True)

    assert isinstance(by_reviewer.exception, ActionNotAllowedError)
    assert isinstance(by_nobody.exception, AccountNotFoundError)


def test_refusal_is_a_sentence_on_standard_error(data_dir: Path, guide: Path) -> None:
    guide.write_text("- 1\n", encoding="utf-8")
    command = ["kb", "entry", "edit", str(guide), "--as", "wang", "--reason", "调整收费"]

    done = subprocess.run(
        [sys.executable, "-m", "connectors.cli.main", *command],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("guide.yml：内容应由")


def two_for_review(run: Run, guide: Path, tmp_path: Path) -> None:
    """Submit another fee of one guide, and another summary of its neighbour."""
    other = tmp_path / "other.yml"
    text = run("show", OTHER, "--yaml", "--as", "wang").stdout
    lines = [
        "summary: 到窗口办理换领。" if one.startswith("summary:") else one
        for one in text.splitlines()
    ]
    other.write_text("\n".join(lines), encoding="utf-8")
    for file in (guide, other):
        run("edit", file, "--as", "wang", "--reason", "调整")
    submitted = run("submit-many", "--all", "--as", "wang")
    assert submitted.stdout.splitlines() == [
        f"{CODE}：已提交审核",
        f"{OTHER}：已提交审核",
        "共 2 条，办理 2 条，未办理 0 条。",
    ]


def test_many_are_published_at_once_with_a_line_for_each(
    run: Run, guide: Path, tmp_path: Path
) -> None:
    two_for_review(run, guide, tmp_path)

    named = run(*("publish-many", OTHER, "M9999", "--as", "zhao", "--reason", "已核对"), fails=True)

    assert named.exit_code == 1
    today = date_in_shanghai()
    assert named.stdout.splitlines() == [
        f"{OTHER} 居民身份证到期换领：已发布为第 2 版，自 {today} 起采用",
        "M9999：未办理，没有找到该条目或该版本，或您无权查看。",
        "共 2 条，办理 1 条，未办理 1 条。",
    ]
    assert answered_fee() == (1, 40.0)

    every = run("publish-many", "--all", "--as", "zhao", "--reason", "已核对")

    assert every.stdout.splitlines()[-1] == "共 1 条，办理 1 条，未办理 0 条。"
    assert answered_fee() == (2, 20.0)
    again = run("publish-many", "--all", "--as", "zhao", "--reason", "已核对")
    assert again.stdout == "没有这样的条目。\n"


def test_many_are_returned_at_once(run: Run, guide: Path, tmp_path: Path) -> None:
    two_for_review(run, guide, tmp_path)

    returned = run("return-many", "--all", "--as", "zhao", "--reason", "缺文件号")

    assert returned.stdout.splitlines() == [
        f"{OTHER}：已退回修改",  # submitted in the order of codes
        f"{CODE}：已退回修改",
        "共 2 条，办理 2 条，未办理 0 条。",
    ]
    assert "待审核" not in run("list", "--as", "wang").stdout


def test_many_are_named_or_all_of_them_but_not_both(run: Run) -> None:
    for named in ([], [CODE, "--all"]):
        refused = run("publish-many", *named, "--as", "zhao", "--reason", "已核对", fails=True)
        assert isinstance(refused.exception, NothingNamedError)
