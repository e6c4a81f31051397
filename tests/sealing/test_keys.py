"""The installation's own authority: made once, private, refused when unusable."""

from __future__ import annotations

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from paraph.sealing import keys
from paraph.sealing.errors import KeyMissing, KeyUnusable
from paraph.sealing.keys import Keyset
from tests.sealing.conftest import AT, Run


def test_each_key_file_is_readable_by_its_owner_only(key_folder: Path) -> None:
    files = sorted(key_folder.iterdir())
    assert [file.name for file in files] == sorted(
        f"{name}{suffix}" for name in keys.FILES for suffix in (".key.pem", ".pem")
    )
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "tsa.key.pem").write_text("precious")
    with pytest.raises(KeyUnusable, match="never overwritten"):
        keys.create(tmp_path, name="Shop", at=AT)
    assert [file.name for file in tmp_path.iterdir()] == ["tsa.key.pem"]
    assert (tmp_path / "tsa.key.pem").read_text() == "precious"


def test_a_run_that_was_killed_is_completed_by_the_next(
    key_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(source: Path, place: Path) -> None:
        if place.name == "tsa-root.pem":
            raise KeyboardInterrupt
        linked(source, place)

    linked = os.link
    with monkeypatch.context() as patched:
        patched.setattr(os, "link", killed)
        with pytest.raises(KeyboardInterrupt):
            keys.create(tmp_path, name="Shop", at=AT)
    with pytest.raises(KeyMissing):
        keys.load(tmp_path, at=AT)
    before = (tmp_path / "seal.key.pem").read_bytes()
    keys.create(tmp_path, name="Shop", at=AT)
    assert (tmp_path / "seal.key.pem").read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(
        file.name for file in key_folder.iterdir()
    )


def test_the_names_say_whose_authority_it_is(keyset: Keyset) -> None:
    root = keyset.seal.chain[-1].subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    assert str(root).startswith("Paraph installation authority of Polder Aero")


@pytest.mark.parametrize("name", ["", "x" * 500, "é" * 500, "日本航空整備" * 20, "a\nb\0c", "🛩" * 40])
def test_any_name_of_an_installation_makes_keys(name: str, tmp_path: Path) -> None:
    keys.create(tmp_path, name=name, at=AT)


def test_certificates_carry_the_right_purposes(keyset: Keyset) -> None:
    usage = keyset.seal.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign
    purpose = keyset.tsa.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert purpose.critical
    assert list(purpose.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    for signatory in (keyset.seal, keyset.tsa):
        root = signatory.chain[-1]
        above = signatory.certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        assert (
            above.key_identifier
            == root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        )
    assert keyset.seal.certificate.public_key() != keyset.tsa.certificate.public_key()


def test_openssl_verifies_both_chains(key_folder: Path, run: Run) -> None:
    attime = ["-attime", str(int(AT.timestamp()))]
    for name, purpose in (("seal", "any"), ("tsa", "timestampsign")):
        arguments = ["-purpose", purpose, "-x509_strict", "-CAfile", str(key_folder / f"{name}-root.pem")]
        assert "OK" in run("openssl", "verify", *attime, *arguments, str(key_folder / f"{name}.pem"))


@pytest.mark.parametrize("days", [-1, 6 * 365])
def test_a_certificate_that_is_not_valid_at_the_time_is_refused(key_folder: Path, days: int) -> None:
    with pytest.raises(KeyUnusable, match="valid from 2026-11-21 to 2031-11-2"):
        keys.load(key_folder, at=AT + timedelta(days=days))


def copied(folder: Path, into: Path) -> Path:
    for file in folder.iterdir():
        (into / file.name).write_bytes(file.read_bytes())
    return into


@pytest.mark.parametrize(
    "name", ["seal.pem", "seal.key.pem", "seal-root.pem", "tsa.pem", "tsa.key.pem", "tsa-root.pem"]
)
def test_a_missing_file_is_named(key_folder: Path, tmp_path: Path, name: str) -> None:
    (copied(key_folder, tmp_path) / name).unlink()
    with pytest.raises(KeyMissing, match=name):
        keys.load(tmp_path, at=AT)


@pytest.mark.parametrize("name", ["seal.pem", "seal.key.pem", "tsa-root.pem", "tsa.key.pem"])
def test_a_damaged_file_is_named(key_folder: Path, tmp_path: Path, name: str) -> None:
    path = copied(key_folder, tmp_path) / name
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(KeyUnusable, match=name):
        keys.load(tmp_path, at=AT)


def test_a_key_of_another_certificate_is_refused(key_folder: Path, tmp_path: Path) -> None:
    copied(key_folder, tmp_path)
    (tmp_path / "seal.key.pem").write_bytes((key_folder / "tsa.key.pem").read_bytes())
    with pytest.raises(KeyUnusable, match="does not belong"):
        keys.load(tmp_path, at=AT)


def test_a_certificate_of_another_root_is_refused(key_folder: Path, tmp_path: Path) -> None:
    copied(key_folder, tmp_path)
    (tmp_path / "seal-root.pem").write_bytes((key_folder / "tsa-root.pem").read_bytes())
    with pytest.raises(KeyUnusable, match="not issued by"):
        keys.load(tmp_path, at=AT)


def test_root_keys_may_be_taken_off_the_machine(key_folder: Path, tmp_path: Path) -> None:
    copied(key_folder, tmp_path)
    (tmp_path / "seal-root.key.pem").unlink()
    (tmp_path / "tsa-root.key.pem").unlink()
    keys.load(tmp_path, at=AT)
