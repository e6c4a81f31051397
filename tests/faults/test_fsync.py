"""F6, the quick part: making durable fails. What could not be made durable is not said to be there.

The whole of it, with a file system that answers EIO, is in `test_power.py`.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from paraph.lib import home
from paraph.lib.blobs import Blobs
from paraph.signoff.models import SealedCopy, Signature, SignOff, State
from tests.cast import Shop
from tests.faults import house


class Broken:
    """`os.fsync` that answers EIO for some files and notes what it made durable."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.fails: set[str] = set()
        self.made_durable: list[Path] = []
        self._sync = os.fsync
        patch.setattr(os, "fsync", self)

    def __call__(self, descriptor: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        if any(one in str(path) for one in self.fails):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self._sync(descriptor)
        self.made_durable.append(path)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Broken:
    """The disk."""
    return Broken(monkeypatch)


def test_F6_a_file_is_there_only_when_its_bytes_and_its_name_are_durable(
    tmp_path: Path, disk: Broken
) -> None:
    blobs = Blobs(tmp_path / "blobs")
    digest = blobs.put(b"content")
    path = blobs.path(digest)
    assert disk.made_durable[0] == tmp_path
    assert disk.made_durable[1].name.startswith(f".{path.name}")
    assert disk.made_durable[2:] == [path.parent, blobs.folder]


def test_F6_when_the_bytes_cannot_be_made_durable_there_is_no_file(tmp_path: Path, disk: Broken) -> None:
    blobs = Blobs(tmp_path / "blobs")
    disk.fails = {"/."}
    with pytest.raises(OSError, match="Input/output"):
        blobs.put(b"content")
    assert list(blobs.digests()) == []


def test_F6_a_file_whose_name_was_not_made_durable_is_made_so_the_next_time(
    tmp_path: Path, disk: Broken
) -> None:
    blobs = Blobs(tmp_path / "blobs")
    folder = blobs.path("9" * 64).parent.parent
    disk.fails = {f"{folder}"}
    with pytest.raises(OSError, match="Input/output"):
        blobs.put(b"content")
    disk.fails = set()
    disk.made_durable.clear()
    digest = blobs.put(b"content")
    assert {blobs.path(digest).parent, blobs.folder} <= set(disk.made_durable)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("letters")
def test_F6_a_signature_whose_copy_cannot_be_stored_is_kept_and_sealed_later(
    shop: Shop, disk: Broken
) -> None:
    customer = house.come_in(shop)
    posting = house.about_to_sign(customer)
    disk.fails = {str(home.blobs())}
    assert customer.post(posting.path, posting.fields)["Location"] == customer.at("receipt")
    assert "Signed and sealed" not in customer.page("receipt")
    assert SignOff.objects.get().seal_fault == "store_failed"
    assert (Signature.objects.count(), SealedCopy.objects.count()) == (1, 0)
    disk.fails = set()
    house.worker_comes()
    assert SignOff.objects.get().state == State.SEALED
    assert house.broken(shop) == []
