"""``hotline kb questions`` and ``kb tests`` on a database of their own."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from connectors.cli.kb_questions import OneSourceError
from connectors.cli.kb_questions import app as questions
from connectors.cli.kb_tests import app as stored_tests
from foundation.access.errors import ActionNotAllowedError
from foundation.access.permissions import Role
from foundation.access.service import AccessService
from foundation.clock import SystemClock
from foundation.database.keyring import Keyring, install_keyring
from foundation.database.migration import upgrade
from foundation.database.session import Database
from knowledge_base.questions.feed import QuestionFeed
from knowledge_base.questions.regrouping import QuestionGrouping
from knowledge_base.questions.schemas import NewQuestion
from knowledge_base.questions.states import QuestionSource
from retrieval.question_meaning import QuestionMeaning
from tests.database_fixtures import write_run_keys
from tests.service_fixtures import with_prepared_models

Run = Callable[..., Result]
_PEOPLE = {
    "bianji": Role.KNOWLEDGE_EDITOR,
    "shenhe": Role.KNOWLEDGE_REVIEWER,
    "zuoxi": Role.OPERATOR,
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keyring: Keyring) -> Run:
    """An installation with two open questions, one of them asked twice."""
    with_prepared_models(tmp_path)
    write_run_keys(tmp_path)
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.delenv("HOTLINE_DATABASE_URL", raising=False)
    database, clock = Database(f"sqlite:///{tmp_path / 'hotline.db'}"), SystemClock()
    upgrade(database)
    feed = QuestionFeed(clock)
    asked = ("天台上能不能养鸽子", "天台上能不能养鸽子啊", "暖气片漏水谁来修")
    with database.transaction() as session:
        for name, role in _PEOPLE.items():
            AccessService(clock, 1).create_account(session, name, "-", [role])
        for number, text in enumerate(asked):
            new = NewQuestion(f"turn:{number}", QuestionSource.NO_ANSWER, text, "web")
            feed.add(session, new)
    QuestionGrouping(database, QuestionMeaning(lambda: None), clock).group_pending()
    database.dispose()
    install_keyring(keyring)

    def run(app: object, *arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))  # type: ignore[arg-type] -- a Typer

    return run


def test_question_is_listed_assigned_drafted_and_another_dismissed(run: Run) -> None:
    listed = run(questions, "list", "--as", "bianji")
    assert "天台上能不能养鸽子" in listed.stdout
    assert "暖气片漏水谁来修" in listed.stdout

    assigned = run(questions, "assign", "1", "--to", "bianji", "--days", "3", "--as", "shenhe")
    assert assigned.stdout.startswith("问题 1 由 bianji 处理，期限 ")
    day = f"{SystemClock().now() + timedelta(days=9):%Y-%m-%d}"
    moved = run(questions, "due", "1", day, "--as", "bianji")
    assert moved.stdout.startswith("问题 1 的期限改为 ")
    drafted = run(questions, "draft", "1", "--matter", "M0103", "--alias", "--as", "bianji")
    assert drafted.stdout.startswith("已写入 M0103 的草稿")
    dismissed = run(questions, "dismiss", "2", "--reason", "供热公司负责", "--as", "shenhe")
    assert dismissed.stdout == "问题 2 不予处理。\n"

    mine = run(questions, "list", "--mine", "--as", "bianji").stdout
    assert "天台上能不能养鸽子" in mine
    assert "暖气片漏水谁来修" not in mine
    assert run(questions, "inquiries", "--as", "bianji").stdout == "没有可转为草稿的咨询。\n"
    assert "不予处理的理由：供热公司负责" in run(questions, "show", "2", "--as", "bianji").stdout


def test_draft_takes_one_source(run: Run) -> None:
    refused = run(questions, "draft", "1", "--ticket", "20261123-000001-1", "--as", "bianji")

    assert isinstance(refused.exception, OneSourceError)


def test_operator_does_not_see_the_queue(run: Run) -> None:
    assert isinstance(run(questions, "list", "--as", "zuoxi").exception, ActionNotAllowedError)


def test_stored_tests_are_asked_of_what_is_answered_today(run: Run) -> None:
    run(stored_tests, "add", "M0103", "身份证丢了怎么补办", "--as", "bianji")
    assert "身份证丢了怎么补办" in run(stored_tests, "list").stdout

    passed = run(stored_tests, "run")
    assert (passed.exit_code, passed.stdout) == (0, "共 1 题，通过 1 题。\n")

    run(stored_tests, "add", "M0103", "火星移民签证怎么预约", "--as", "bianji")
    failed = run(stored_tests, "run", "M0103")
    assert failed.exit_code == 1
    assert failed.stdout.endswith("共 2 题，通过 1 题。\n")
    assert run(stored_tests, "remove", "2", "--as", "shenhe").exit_code == 0
    assert run(stored_tests, "run").exit_code == 0
