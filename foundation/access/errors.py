"""Errors of accounts and permissions.

HotlineError
├── PermissionDeniedError (403)
│   └── ActionNotAllowedError   the role does not carry this permission
├── NotFoundError (404)
│   └── AccountNotFoundError
└── LoginRefusedError (401)     wrong name or password, or too many wrong tries
"""

from http import HTTPStatus

from foundation.errors import HotlineError, NotFoundError, PermissionDeniedError


class LoginRefusedError(HotlineError):
    """The name and password do not open an account; which of the two is not told."""

    status_code = HTTPStatus.UNAUTHORIZED
    user_message = "账号或密码不对，或尝试次数过多。请核对后再试，连续输错五次将锁定15分钟。"


class ActionNotAllowedError(PermissionDeniedError):
    """The account's roles do not carry the permission asked for."""

    def __init__(self, account_id: str, permission: str) -> None:
        super().__init__(f"account {account_id} lacks {permission}")


class AccountNotFoundError(NotFoundError):
    """There is no such account."""

    user_message = "没有这个账号。"
