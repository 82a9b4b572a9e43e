"""Errors of the WeChat channel.

HotlineError
├── PermissionDeniedError (403)
│   ├── SignatureMismatchError   the request was not signed with our token
│   └── StaleRequestError        signed, but too long ago
└── MalformedInputError (422)
    └── UnreadableMessageError   neither decrypts nor parses
"""

from foundation.errors import MalformedInputError, PermissionDeniedError


class SignatureMismatchError(PermissionDeniedError):
    """The request was not signed with our token."""


class StaleRequestError(PermissionDeniedError):
    """The signature is right, but the timestamp lies too far from now."""


class UnreadableMessageError(MalformedInputError):
    """The body neither decrypts nor parses as a WeChat message."""
