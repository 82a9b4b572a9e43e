"""Errors of policy documents.

HotlineError
├── NotFoundError
│   ├── PolicyNotFoundError          no such document or version, or not for this reader
│   └── ClauseNotFoundError          the document has no such clause
├── MalformedInputError              the file is refused; nothing was stored
│   ├── UnknownFileTypeError         neither DOCX, PDF, HTML nor TXT, whatever its name says
│   ├── FileTooLargeError            over a limit, packed or unpacked (zip bombs too)
│   ├── DamagedFileError             cannot be opened, or holds what such a file never needs
│   ├── EncryptedFileError           needs a password
│   ├── ScannedDocumentError         pictures of pages, no text
│   ├── WrongEncodingError           neither UTF-8 nor GB18030, or garbled before it came here
│   ├── NoPolicyTextError            text, but not of an official document
│   └── PolicyReasonMissingError     a withdrawal without a reason
├── PermissionDeniedError
│   └── OwnImportError               who imported a document does not publish it
└── ConflictError
    ├── StalePolicyError             someone else changed the document meanwhile
    └── IllegalPolicyMoveError       the state forbids the move
"""

from foundation.errors import (
    ConflictError,
    MalformedInputError,
    NotFoundError,
    PermissionDeniedError,
)


class PolicyNotFoundError(NotFoundError):
    """There is no such document or version, or not for this reader: they cannot tell which."""

    user_message = "没有找到该政策文件或该版本，或您无权查看。"

    def __init__(self, code: str) -> None:
        super().__init__(f"policy document {code}: not found for this reader")


class ClauseNotFoundError(NotFoundError):
    """The document has no clause of this path."""

    user_message = "该文件中没有这一条款，请核对条款编号。"

    def __init__(self, title: str, path: str) -> None:
        super().__init__(f"policy document {title!r} has no clause {path!r}")


class UnknownFileTypeError(MalformedInputError):
    """The content is of none of the four kinds."""

    def __init__(self, name: str, what: str) -> None:
        self.user_message = f"不支持这种文件：{what}。请使用 DOCX、含文字的 PDF、HTML 或 TXT。"
        super().__init__(f"{name}: not a readable kind of file")


class FileTooLargeError(MalformedInputError):
    """The file, or what it unpacks to, is over a limit."""

    def __init__(self, name: str, what: str) -> None:
        self.user_message = f"文件超过限制，没有导入：{what}。"
        super().__init__(f"{name}: over a limit")


class DamagedFileError(MalformedInputError):
    """The file cannot be opened as what it says it is."""

    def __init__(self, name: str, what: str) -> None:
        self.user_message = f"文件无法读取：{what}。请重新导出或下载后再试。"
        super().__init__(f"{name}: cannot be read")


class EncryptedFileError(MalformedInputError):
    """The file needs a password."""

    user_message = "文件已加密，请先去除密码再导入。"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: encrypted")


class ScannedDocumentError(MalformedInputError):
    """The pages are pictures."""

    user_message = "文件是扫描图片，没有可读取的文字。请使用含文字的版本，或先做文字识别并校对。"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: pages without text")


class WrongEncodingError(MalformedInputError):
    """The bytes are no Chinese text in UTF-8 or GB18030."""

    user_message = "文字编码无法识别或已是乱码。请用 UTF-8 或 GB18030（GBK）编码重新保存后再试。"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: neither UTF-8 nor GB18030 text")


class NoPolicyTextError(MalformedInputError):
    """The file holds text, but no title and body of an official document."""

    def __init__(self, name: str, what: str) -> None:
        self.user_message = f"没有读出政策文件：{what}。请确认文件内容后再试。"
        super().__init__(f"{name}: no policy document in it")


class PolicyReasonMissingError(MalformedInputError):
    """A withdrawal must say why."""

    user_message = "请写明停用该文件的理由。"

    def __init__(self, code: str) -> None:
        super().__init__(f"policy document {code}: no reason given")


class OwnImportError(PermissionDeniedError):
    """Who imported a document does not publish it."""

    user_message = "不能审核自己导入的文件，请由其他审核人员发布。"

    def __init__(self, code: str, account_id: str) -> None:
        super().__init__(f"policy document {code}: account {account_id} imported it")


class StalePolicyError(ConflictError):
    """The document was changed since the reader loaded it."""

    user_message = "该文件刚刚被其他人更新，请刷新后再操作。"

    def __init__(self, code: str, expected: int, found: int) -> None:
        super().__init__(f"policy document {code}: lock version {expected}, {found} found")


class IllegalPolicyMoveError(ConflictError):
    """The version's state forbids this now."""

    def __init__(self, code: str, act: str, label: str) -> None:
        self.user_message = f"文件当前为“{label}”，不能这样操作，请刷新后再试。"
        super().__init__(f"policy document {code}: cannot be {act} now")
