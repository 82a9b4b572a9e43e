"""The accounts' commands on a database of their own."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors.cli.users import AccountExistsError, DepartmentNeededError, app
from foundation.access.errors import LoginRequiredError, TokenNotAllowedError
from foundation.access.service import AccessService, verify
from foundation.access.tokens import ServiceTokens
from foundation.clock import SystemClock
from foundation.database.session import Database

runner = CliRunner()


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("HOTLINE_DATABASE_URL", raising=False)


def test_added_account_logs_in_with_the_password_that_was_shown(tmp_path: Path) -> None:
    printed = runner.invoke(app, ["add", "xiaolin", "--role", "operator", "--name", "小林"])
    shown = printed.stdout.strip().rpartition("：")[2]

    database = Database(f"sqlite:///{tmp_path / 'hotline.db'}")
    with database.transaction() as session:
        access = AccessService(SystemClock(), session_hours=1)
        known = access.known_hash(session, "xiaolin")
        account = access.note_try(session, "xiaolin", known, right=verify(known, shown))
    database.dispose()
    assert account is not None
    assert account.display_name == "小林"


def test_same_account_name_is_refused() -> None:
    runner.invoke(app, ["add", "xiaolin", "--role", "operator"])
    again = runner.invoke(app, ["add", "xiaolin", "--role", "operator"])

    assert isinstance(again.exception, AccountExistsError)


def test_department_role_needs_a_known_department() -> None:
    refused = runner.invoke(
        app, ["add", "zhou", "--role", "department_handler", "--department", "NOWHERE"]
    )

    assert isinstance(refused.exception, DepartmentNeededError)


def test_service_token_is_shown_once_listed_and_revoked(tmp_path: Path) -> None:
    scopes = ["--scope", "ticket.read_own", "--scope", "ticket.handle"]
    refused = runner.invoke(app, ["token", "add", "办公系统", *scopes])
    shown = runner.invoke(app, ["token", "add", "办公系统", *scopes, "--department", "CG"])
    token = shown.stdout.strip().rpartition("：")[2]
    listed = runner.invoke(app, ["token", "list"], env={"COLUMNS": "160"})

    database = Database(f"sqlite:///{tmp_path / 'hotline.db'}")
    tokens = ServiceTokens(SystemClock())
    with database.reading() as session:
        account = tokens.resume(session, token)
    runner.invoke(app, ["token", "revoke", "办公系统"])
    with database.reading() as session, pytest.raises(LoginRequiredError):
        tokens.resume(session, token)
    database.dispose()

    assert isinstance(refused.exception, TokenNotAllowedError)
    assert (account.department_code, sorted(account.permissions)) == (
        "CG",
        ["ticket.handle", "ticket.read_own"],
    )
    assert "办公系统" in listed.stdout
    assert token not in listed.stdout
