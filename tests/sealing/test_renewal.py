"""A new seal key under the same root: old seals stay valid, new ones are, and a killed run is completed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from paraph.sealing import keys, renewal
from paraph.sealing.check import check
from paraph.sealing.errors import KeyMissing, KeyUnusable
from paraph.sealing.keys import Keyset
from paraph.sealing.seal import seal
from tests.sealing.conftest import AT
from tests.sealing.test_keys import copied

FOUR_YEARS = timedelta(days=4 * 365)


def test_old_and_new_seals_lead_to_the_same_root(
    key_folder: Path, keyset: Keyset, tmp_path: Path, sealed: bytes, unsealed: bytes
) -> None:
    folder = copied(key_folder, tmp_path)
    old = keyset.seal.certificate
    made = renewal.renew(folder, "seal", at=AT + FOUR_YEARS)
    later = AT + FOUR_YEARS + timedelta(days=4 * 365)
    now = keys.load(folder, at=later)
    assert now.seal.certificate == made != old
    assert (made.subject, now.seal_root_pem) == (old.subject, keyset.seal_root_pem)
    assert (folder / f"seal-{old.serial_number:x}.pem").read_bytes() == (key_folder / "seal.pem").read_bytes()
    assert sorted(one.name for one in folder.glob("*.key.pem")) == sorted(
        f"{one}.key.pem" for one in keys.FILES
    )
    fresh = seal(unsealed, now, reason="I agree.", at=later).bytes
    for one in (sealed, fresh):
        told = check(one, seal_roots=now.seal_root_pem, tsa_roots=now.tsa_root_pem, at=later)
        assert told.valid, told


@pytest.mark.parametrize("kind", renewal.KINDS)
def test_a_run_that_was_killed_is_completed_by_the_next(
    kind: str, key_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied(key_folder, tmp_path)
    replaced = Path.replace
    for died_at in (f"{kind}.key.pem", f"{kind}.pem"):

        def killed(self: Path, target: Path, name: str = died_at) -> Path:
            if self.name == name:
                raise KeyboardInterrupt
            return replaced(self, target)

        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", killed)
            with pytest.raises(KeyboardInterrupt):
                renewal.renew(folder, kind, at=AT)
        made = renewal.renew(folder, kind, at=AT)
        found = keys.load(folder, at=AT)
        assert made == (found.tsa if kind == "tsa" else found.seal).certificate
        assert not [one for one in folder.iterdir() if one.name.startswith(".")]


def test_without_the_root_key_or_under_a_root_that_ends_nothing_is_replaced(
    key_folder: Path, tmp_path: Path
) -> None:
    folder = copied(key_folder, tmp_path)
    before = (folder / "seal.pem").read_bytes()
    with pytest.raises(KeyUnusable, match="can vouch for nothing new"):
        renewal.renew(folder, "seal", at=AT + timedelta(days=20 * 365))
    (folder / "seal-root.key.pem").write_bytes((folder / "tsa-root.key.pem").read_bytes())
    with pytest.raises(KeyUnusable, match="does not belong"):
        renewal.renew(folder, "seal", at=AT)
    (folder / "seal-root.key.pem").unlink()
    with pytest.raises(KeyMissing, match=r"seal-root\.key\.pem"):
        renewal.renew(folder, "seal", at=AT)
    assert (folder / "seal.pem").read_bytes() == before
