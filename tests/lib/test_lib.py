"""The ground floor: bytes, keys, files, links, differences."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.lib import canonical, clock, differ, keyfile, links, vault
from paraph.lib.blobs import BlobMissing, Blobs
from paraph.lib.links import BadLink, Keyring
from paraph.lib.vault import Vault, VaultClosed


def test_canonical_json_sorts_keys_and_writes_numbers_one_way() -> None:
    assert canonical.dumps({"b": 1.0, "a": "é"}) == '{"a":"é","b":1}'.encode()


def test_canonical_json_refuses_what_json_cannot_hold() -> None:
    with pytest.raises(ValueError, match="nan"):
        canonical.dumps({"x": float("nan")})


def test_the_digest_of_bytes_is_that_of_the_file() -> None:
    assert canonical.digest(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_times_are_written_in_utc_with_microseconds() -> None:
    moment = datetime(2026, 11, 21, 20, 38, 36, 123456, tzinfo=UTC)
    assert clock.iso(moment) == "2026-11-21T20:38:36.123456Z"
    assert clock.parse(clock.iso(moment)) == moment
    with pytest.raises(ValueError, match="zone"):
        clock.parse("2026-11-21T20:38:36")


def test_a_key_file_is_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "one.key"
    keyfile.create(path, b"first")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        keyfile.create(path, b"second")
    assert keyfile.read_or_create(path, b"third") == b"first"
    with pytest.raises(keyfile.KeyFileMissing):
        keyfile.read(tmp_path / "none")


@given(st.binary(max_size=200))
def test_the_vault_opens_only_what_it_sealed_for_the_same_purpose(clear: bytes) -> None:
    box = Vault(b"k" * 32)
    sealed = box.seal(clear, purpose="name")
    assert box.open(sealed, purpose="name") == clear
    for wrong in (sealed[:-1], b"\x02" + sealed[1:], b""):
        with pytest.raises(VaultClosed):
            box.open(wrong, purpose="name")
    with pytest.raises(VaultClosed):
        box.open(sealed, purpose="address")


def test_the_vault_makes_its_key_once_and_only_when_it_is_told_to(tmp_path: Path) -> None:
    with pytest.raises(keyfile.KeyFileMissing):
        vault.at(tmp_path / "vault.key")
    vault.create(tmp_path / "vault.key")
    sealed = vault.at(tmp_path / "vault.key").seal(b"x", purpose="p")
    vault.at.cache_clear()
    vault.create(tmp_path / "vault.key")
    assert vault.at(tmp_path / "vault.key").open(sealed, purpose="p") == b"x"


def test_a_blob_is_named_by_its_digest_and_a_changed_one_is_missing(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"paper")
    assert blobs.put(b"paper") == digest
    assert blobs.get(digest) == b"paper"
    blobs.path(digest).write_bytes(b"forged")
    with pytest.raises(BlobMissing, match="changed"):
        blobs.get(digest)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63])
def test_line_27_a_path_never_comes_from_outside(tmp_path: Path, name: str) -> None:
    with pytest.raises(BlobMissing):
        Blobs(tmp_path).get(name)


def test_half_written_files_are_swept_when_old_and_finished_ones_never(tmp_path: Path) -> None:
    blobs, now = Blobs(tmp_path), clock.now()
    assert blobs.sweep(now) == 0
    kept = blobs.path(blobs.put(b"paper"))
    old, young = (kept.with_name(f".{kept.name}.{pid}.0a1b2c3d") for pid in (17, 18))
    for path, age in ((kept, 7200), (old, 7200), (young, 10)):
        path.touch()
        os.utime(path, (now.timestamp() - age,) * 2)
    assert blobs.sweep(now - timedelta(hours=1)) == 1
    assert sorted(kept.parent.iterdir()) == sorted([kept, young])


def test_a_rotated_keyring_opens_old_links_and_mints_with_the_new_key(tmp_path: Path) -> None:
    path = tmp_path / "links.keys"
    old = links.at(path)
    token = old.mint({"grant": "1"}, audience="a")
    links.rotate(path)
    links.at.cache_clear()
    new = links.at(path)
    assert new.read(token, audience="a") == {"grant": "1"}
    with pytest.raises(BadLink):
        old.read(new.mint({"grant": "2"}, audience="a"), audience="a")


def test_line_10_no_two_spellings_of_one_link() -> None:
    ring = Keyring([os.urandom(32)])
    token = ring.mint({"grant": "x"}, audience="a")
    body, footer = token.split(".")
    for spelling in (
        f"{body}=.{footer}",
        f"{body}.{footer}=",
        f"{body}.{footer}.",
        body,
        f"v4.local.{token}",
    ):
        with pytest.raises(BadLink):
            ring.read(spelling, audience="a")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for letter in letters.replace(body[-1], ""):
        with pytest.raises(BadLink):
            ring.read(f"{body[:-1]}{letter}.{footer}", audience="a")


def test_differences_name_the_thing_by_its_id() -> None:
    before = {"items": [{"id": "1", "price": 5}, {"id": "2", "price": 7}], "title": "x"}
    after = {"items": [{"id": "2", "price": 8}, {"id": "3", "price": 1}], "title": "x"}
    found = [(one.path, one.before, one.after) for one in differ.changes(before, after)]
    assert found == [
        (("items", "1"), {"id": "1", "price": 5}, None),
        (("items", "2", "price"), 7, 8),
        (("items", "3"), None, {"id": "3", "price": 1}),
    ]
