"""Errors of the web chat.

HotlineError
├── SessionRefusedError      401, the page asks for a new session
├── ConflictError
│   └── NoDraftError         photographs belong to an appeal that is being taken down
├── UnavailableError
│   └── NotStoredError       the message could not be saved; says so, and what to do
└── MalformedInputError
    └── FrameRefusedError      a frame that cannot be read; the connection stays
        └── FrameTooLargeError
"""

from http import HTTPStatus

from foundation.errors import ConflictError, HotlineError, MalformedInputError, UnavailableError


class SessionRefusedError(HotlineError):
    """The session token is unknown, damaged or too old."""

    status_code = HTTPStatus.UNAUTHORIZED
    user_message = "这次会话已结束，请刷新页面重新开始。"


class NoDraftError(ConflictError):
    """No appeal is being taken down."""

    user_message = "请先说说要反映的问题，登记单出现后再添加照片。"


class NotStoredError(UnavailableError):
    """Nothing of the message was kept; the safety card, if any, is part of what is said."""

    def __init__(self, said: str) -> None:
        self.user_message = said
        super().__init__("message not stored")


class FrameRefusedError(MalformedInputError):
    """A frame is not what the chat understands."""

    user_message = "没能读懂这条内容，请用文字再发一次。"


class FrameTooLargeError(FrameRefusedError):
    """A frame is larger than any message may be."""

    user_message = "内容太长了，请分成几条发送。"
