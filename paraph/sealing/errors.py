"""The one error tree of this package; nothing of typst, pyHanko or cryptography leaks out."""

from __future__ import annotations


class SealingError(Exception):
    """Something about a PDF, a key or a time stamp failed; ``reason`` is a short English sentence for the operator."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RenderFailed(SealingError):
    """The template could not make a conforming PDF of this content."""


class KeyMissing(SealingError):
    """A key or certificate file is not there."""


class KeyUnusable(SealingError):
    """A key or certificate is there but must not be used: unreadable, expired, or not belonging together."""


class SealFailed(SealingError):
    """The PDF cannot be sealed, for instance because it is no PDF or is sealed already."""


class TimestampFailed(SealingError):
    """The time-stamp authority gave no usable token (RFC 3161)."""


class TokenInvalid(SealingError):
    """A time-stamp token does not prove what it is asked to prove."""
