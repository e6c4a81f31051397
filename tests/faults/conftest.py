"""What the fault tests start from."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from pytest_django import Settings

from paraph.delivery import mailbox
from paraph.lib import home
from tests.cast import Shop


@pytest.fixture
def letters(settings: Settings) -> Iterator[None]:
    """Every process of the test, this one too, sends its mails into one mailbox, empty at first."""
    settings.EMAIL_BACKEND = "paraph.delivery.mailbox.MailboxBackend"
    shutil.rmtree(mailbox.folder())
    yield
    shutil.rmtree(mailbox.folder())


class LostKey:
    """The seal key, out of reach or overwritten until it is found again."""

    def __init__(self, instead: bytes | None) -> None:
        self._path = home.keys() / "seal.key.pem"
        self._content = self._path.read_bytes()
        self._put(instead)

    def found(self) -> None:
        """Put it back; twice is once."""
        self._put(self._content)

    def _put(self, content: bytes | None) -> None:
        self._path.unlink(missing_ok=True)
        if content is not None:
            with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                file.write(content)


LoseKey = Callable[..., LostKey]


@pytest.fixture
def lose_seal_key(shop: Shop) -> Iterator[LoseKey]:
    """`lose_seal_key()` removes the seal key, `lose_seal_key(b"...")` overwrites it; `found()` brings it back."""
    lost: list[LostKey] = []

    def lose(instead: bytes | None = None) -> LostKey:
        lost.append(LostKey(instead))
        return lost[-1]

    yield lose
    for one in lost:
        one.found()
