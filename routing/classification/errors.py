"""Errors of classification.

HotlineError
└── ConfigurationError
    └── WeightsFaultError    the fitted weights cannot be read
"""

from foundation.errors import ConfigurationError


class WeightsFaultError(ConfigurationError):
    """The fitted weights are missing or damaged."""

    def __init__(self, file: str, cause: Exception) -> None:
        super().__init__(f"routing weights: {file}: {cause}; fit them again or restore the file")
