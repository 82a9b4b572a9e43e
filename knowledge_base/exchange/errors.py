"""Errors of import and export: a whole file is refused, and why.

HotlineError
└── MalformedInputError
    └── ExchangeError
        ├── UnknownFormatError       the file's ending is none that is read or written
        ├── FileTooLargeError        more bytes than the maximum
        ├── ExpandsTooFarError       a packed file that would grow beyond the maximum (zip bomb)
        ├── UnreadableFileError      damaged, or not what its ending says
        ├── UnknownEncodingError     text that is neither UTF-8 nor GB18030
        ├── TooManyRowsError         more rows than the maximum
        ├── ColumnsMissingError      the header lacks columns that the mapping names
        ├── MappingFaultsError       the mapping file has faults; each is listed
        └── ImportRejectedError      rows have errors; nothing was changed
"""

from collections.abc import Sequence

from foundation.errors import MalformedInputError


class ExchangeError(MalformedInputError):
    """A file cannot be imported or exported."""


class UnknownFormatError(ExchangeError):
    """The ending is none of ours."""

    user_message = "不支持这种文件。可用的格式：xlsx、csv、json、yaml。"

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown format: {name}")


class FileTooLargeError(ExchangeError):
    """The file has too many bytes."""

    def __init__(self, size: int, maximum: int) -> None:
        self.user_message = f"文件太大，最多 {maximum // 2**20} MB。请拆成几个文件分别导入。"
        super().__init__(f"file of {size} bytes, at most {maximum}")


class ExpandsTooFarError(ExchangeError):
    """The packed file would fill memory or disk."""

    user_message = (
        "文件解压后异常巨大，疑似压缩炸弹，已拒绝。请用表格软件打开核对，另存为新的 xlsx 后再试。"
    )

    def __init__(self, what: str) -> None:
        super().__init__(f"packed file refused: {what}")


class UnreadableFileError(ExchangeError):
    """The file is damaged, or something else than its name says."""

    def __init__(self, problem: str) -> None:
        self.user_message = f"文件无法读取：{problem}。请核对文件是否完整、格式与扩展名是否一致。"
        super().__init__(f"unreadable file: {problem}")


class UnknownEncodingError(ExchangeError):
    """The text is in no encoding that we read."""

    user_message = "无法识别文件的文字编码。请另存为 UTF-8（或 GB18030）编码后再试。"

    def __init__(self, detail: str) -> None:
        super().__init__(f"undecodable text: {detail}")


class TooManyRowsError(ExchangeError):
    """The sheet has more rows than may be imported at once."""

    def __init__(self, maximum: int) -> None:
        self.user_message = (
            f"行数超过上限 {maximum} 行。请删去多余的空白格式行，或拆成几个文件分别导入。"
        )
        super().__init__(f"more than {maximum} rows")


class ColumnsMissingError(ExchangeError):
    """The header is not the one that the mapping was written for."""

    def __init__(self, missing: Sequence[str], found: Sequence[str]) -> None:
        self.missing = tuple(missing)
        shown = "、".join(found[:30]) or "没有找到表头"
        self.user_message = (
            f"表头缺少这些列：{'、'.join(missing)}。文件中的列：{shown}。"
            "请核对表头或工作表，或修改映射文件。"
        )
        super().__init__(f"columns missing: {list(missing)}; found: {list(found[:30])}")


class MappingFaultsError(ExchangeError):
    """The mapping file cannot be used."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        self.user_message = "映射文件有误：\n" + "\n".join(faults)
        super().__init__(f"mapping: {len(faults)} fault(s)")


class ImportRejectedError(ExchangeError):
    """All or nothing: rows with errors keep the whole file out."""

    def __init__(self, errors: int) -> None:
        self.user_message = f"有 {errors} 处错误，整个文件没有导入。请按报告逐行改正后再试。"
        super().__init__(f"import rejected: {errors} error(s)")
