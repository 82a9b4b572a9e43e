"""Errors of attachments.

HotlineError
├── NotFoundError
│   └── AttachmentNotFoundError    none, not within reach, or not shown to this reader
├── MalformedInputError
│   └── FileRefusedError           the type, the size or the content cannot be taken
└── ConflictError
    └── NotRedactableError         it cannot be blacked out, or need not be
"""

from foundation.errors import ConflictError, MalformedInputError, NotFoundError


class AttachmentNotFoundError(NotFoundError):
    """There is none, or not for this reader: who asks cannot tell which."""

    user_message = "没有找到该附件，或该附件还不能查看。"

    def __init__(self, attachment_id: str) -> None:
        super().__init__(f"attachment {attachment_id}: not found for this reader")


class FileRefusedError(MalformedInputError):
    """The file cannot be taken."""

    def __init__(self, why: str, sentence: str) -> None:
        self.user_message = sentence
        super().__init__(f"attachment refused: {why}")


class NotRedactableError(ConflictError):
    """It cannot be blacked out."""

    user_message = "PDF不能直接遮盖。请把需要的页面存成图片、遮盖后另行上传；原件不会给承办单位看。"

    def __init__(self, attachment_id: str) -> None:
        super().__init__(f"attachment {attachment_id}: cannot be redacted")
