"""Errors of the emergency screen.

HotlineError
└── ConfigurationError
    └── ScreenDataError    the packaged patterns cannot be read
"""

from foundation.errors import ConfigurationError


class ScreenDataError(ConfigurationError):
    """The packaged patterns cannot be read or compiled."""

    def __init__(self, file: str, cause: Exception) -> None:
        super().__init__(f"emergency screen: {file}: {cause}; restore it from the release")
