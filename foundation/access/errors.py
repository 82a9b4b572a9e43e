"""Errors of accounts and permissions.

HotlineError
├── PermissionDeniedError (403)
│   └── ActionNotAllowedError   the role does not carry this permission
├── NotFoundError (404)
│   └── AccountNotFoundError
├── MalformedInputError (422)
│   └── TokenNotAllowedError    a service token with scopes it may not have, or a name in use
├── LoginRefusedError (401)     wrong name or password, or too many wrong tries
└── LoginRequiredError (401)    neither a login nor a valid service token
"""

from http import HTTPStatus

from foundation.errors import (
    HotlineError,
    MalformedInputError,
    NotFoundError,
    PermissionDeniedError,
)


class LoginRefusedError(HotlineError):
    """The name and password do not open an account; which of the two is not told."""

    status_code = HTTPStatus.UNAUTHORIZED
    user_message = "账号或密码不对，或尝试次数过多。请核对后再试，连续输错五次将锁定15分钟。"


class LoginRequiredError(HotlineError):
    """Nobody is logged in, and no valid service token was shown."""

    status_code = HTTPStatus.UNAUTHORIZED
    user_message = "请先登录，或提供有效的服务令牌。"


class TokenNotAllowedError(MalformedInputError):
    """A service token cannot be given this name or these scopes."""

    user_message = (
        "不能这样签发服务令牌：名称须未用过，权限须在可授予的范围内，涉及本单位的须指明单位。"
    )


class ActionNotAllowedError(PermissionDeniedError):
    """The account's roles do not carry the permission asked for."""

    def __init__(self, account_id: str, permission: str) -> None:
        super().__init__(f"account {account_id} lacks {permission}")


class AccountNotFoundError(NotFoundError):
    """There is no such account."""

    user_message = "没有这个账号。"
