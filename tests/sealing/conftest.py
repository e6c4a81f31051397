"""Keys and a sealed document, made once; foreign programs, which must be there."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from paraph.sealing import keys
from paraph.sealing.check import Parts, take_apart
from paraph.sealing.keys import Keyset
from paraph.sealing.render import render
from paraph.sealing.seal import seal
from tests.sealing import examples

AT = datetime(2026, 11, 21, 20, 38, 36, 123456, tzinfo=UTC)
RECORD = json.dumps(
    {"order": "WO-1042", "name": "J. Janßen ✓ 日本", "lines": [1, 2, 4]}, ensure_ascii=False
).encode()
PACKAGES = {
    "pdfsig": "poppler-utils",
    "pdftotext": "poppler-utils",
    "pdfdetach": "poppler-utils",
    "pdffonts": "poppler-utils",
    "pdfinfo": "poppler-utils",
    "openssl": "openssl",
    "qpdf": "qpdf",
}

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a foreign program in a scratch folder; a missing one fails with the command that installs it."""

    def run_program(program: str, *arguments: str, fails: bool = False) -> str:
        if shutil.which(program) is None:
            pytest.fail(f"{program} is missing; mend with: apt-get install -y {PACKAGES[program]}")
        done = subprocess.run(
            [program, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        said = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, said
        return said

    return run_program


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the keys of the session are."""
    folder = tmp_path_factory.mktemp("keys")
    keys.create(folder, name="Polder Aero Maintenance", at=AT)
    return folder


@pytest.fixture(scope="session")
def keyset(key_folder: Path) -> Keyset:
    """The keys, loaded."""
    return keys.load(key_folder, at=AT)


@pytest.fixture(scope="session")
def unsealed() -> bytes:
    """A signed estimate with its record attached, not yet sealed."""
    content = examples.work_order(signatures=[examples.signature()])
    return render("work_order", content, attachments={"record.json": RECORD}, at=AT, language="en")


@pytest.fixture(scope="session")
def sealed(unsealed: bytes, keyset: Keyset) -> bytes:
    """The same, sealed."""
    return seal(unsealed, keyset, reason="Signed by all parties", at=AT).bytes


@dataclass(frozen=True)
class Laid:
    """A sealed file and its parts in the scratch folder."""

    parts: Parts
    folder: Path


@pytest.fixture
def laid(tmp_path: Path, sealed: bytes, keyset: Keyset) -> Laid:
    """Write what a court's expert would have: the file, its parts and the public certificates."""
    parts = take_apart(sealed)
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    (tmp_path / "signed.bin").write_bytes(parts.signed)
    (tmp_path / "sig.p7s").write_bytes(parts.cms)
    (tmp_path / "signature.bin").write_bytes(parts.signature)
    (tmp_path / "token.der").write_bytes(parts.token or b"")
    (tmp_path / "seal-root.pem").write_bytes(keyset.seal_root_pem)
    (tmp_path / "tsa-root.pem").write_bytes(keyset.tsa_root_pem)
    return Laid(parts, tmp_path)
