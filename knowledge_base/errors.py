"""Errors of the knowledge base.

HotlineError
├── ConfigurationError
│   └── LibraryFaultsError    the shipped data has faults; all of them are listed
├── MalformedInputError
│   └── UnknownDocumentNumberError    a checklist names a document that the guide does not have
└── NotFoundError
    ├── MatterNotFoundError
    └── DepartmentNotFoundError
"""

from foundation.errors import ConfigurationError, MalformedInputError, NotFoundError


class LibraryFaultsError(ConfigurationError):
    """Data files have faults; the message lists every one with file, line and field."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(f"{len(faults)} fault(s):\n" + "\n".join(faults))


class MatterNotFoundError(NotFoundError):
    """No guide has this code."""

    user_message = "没有找到对应的办事指南。"

    def __init__(self, code: str) -> None:
        super().__init__(f"no matter with code {code}")


class DepartmentNotFoundError(NotFoundError):
    """No body has this code."""

    user_message = "没有找到对应的部门。"

    def __init__(self, code: str) -> None:
        super().__init__(f"no department with code {code}")


class UnknownDocumentNumberError(MalformedInputError):
    """The guide does not list so many documents."""

    user_message = "材料清单已经更新，请刷新页面后再试。"

    def __init__(self, code: str, number: int) -> None:
        super().__init__(f"matter {code} has no required document {number}")
