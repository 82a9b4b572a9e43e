"""The errors every package descends from.

HotlineError
├── ConfigurationError       a setting, data file or model that must be repaired before start
├── MalformedInputError      422, the request cannot be read
├── PermissionDeniedError    403
├── NotFoundError            404
├── ConflictError            409, the state forbids it now
└── UnavailableError         503, a part the request needs is away
"""

from http import HTTPStatus


class HotlineError(Exception):
    """Base of every expected refusal: the log reads the message, people read ``user_message``."""

    status_code: int = HTTPStatus.INTERNAL_SERVER_ERROR
    user_message: str = "系统暂时无法处理，请稍后再试，或回复“人工”转接坐席。"
    # A refusal that must itself be remembered (a wrong query code): ``Database.transaction``
    # commits what was noted before it passes the error on.
    keeps_changes: bool = False


class ConfigurationError(HotlineError):
    """A setting or a data file is wrong; the message says how to repair it."""

    user_message = "系统配置有误，请联系管理员。"


class MalformedInputError(HotlineError):
    """The input cannot be read."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    user_message = "没能读懂这条内容，请换一种写法再发一次。"


class PermissionDeniedError(HotlineError):
    """The account may not do this."""

    status_code = HTTPStatus.FORBIDDEN
    user_message = "您没有权限进行此操作。如需办理，请联系管理员开通。"


class NotFoundError(HotlineError):
    """There is no such record, or not for this reader."""

    status_code = HTTPStatus.NOT_FOUND
    user_message = "没有找到对应的记录，请核对后再试。"


class ConflictError(HotlineError):
    """The record's state forbids this now."""

    status_code = HTTPStatus.CONFLICT
    user_message = "当前状态不能这样操作，请刷新后再试。"


class UnavailableError(HotlineError):
    """A part that this request needs is away."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    user_message = "服务暂时不可用，请稍后再试。"
