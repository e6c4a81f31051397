"""The container of a backup: an ordinary tar file, and every change to it is named."""

from __future__ import annotations

import resource
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from paraph.lib import age
from paraph.operate import archive
from paraph.operate.archive import BadArchive, Member
from paraph.operate.scratch import Sorry

PASSPHRASE = "correct horse battery staple"
CONTENTS = {
    "README.txt": b"read me\n",
    "keys/log.pem": b"secret",
    "tables/work_order/000001.jsonl.gz": bytes(range(256)) * 40,
    "blobs/ab/" + "c" * 62: b"%PDF" * 5000,
    "MANIFEST.json": b'{"format": "paraph-backup@v1"}',
}

pytestmark = pytest.mark.usefixtures("quick_passphrase")


@pytest.fixture
def quick_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guessing need not be slow here."""
    init = age.Writer.__init__
    monkeypatch.setattr(
        age.Writer, "__init__", lambda self, target, secret: init(self, target, secret, work=10)
    )


def write(path: Path, passphrase: str = "") -> Path:
    with archive.writing(path, passphrase, 1_763_000_000) as writer:
        for name, content in CONTENTS.items():
            writer.add(name, content)
    return path


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_what_was_written_is_read_again_in_its_order(passphrase: str, tmp_path: Path) -> None:
    path = write(tmp_path / "one.tar", passphrase)
    found = list(archive.members(path, passphrase))
    assert found[:-1] == [Member(name, content) for name, content in CONTENTS.items()]
    assert found[-1].name == "SHA256SUMS"
    assert archive.verify(path, passphrase) == CONTENTS["MANIFEST.json"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["one.tar"]


def test_tar_and_sha256sum_check_it_without_us(tmp_path: Path) -> None:
    path = write(tmp_path / "one.tar")
    command = f"tar xf {path.name} && sha256sum --strict -c SHA256SUMS"
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": OK") == len(CONTENTS)
    with tarfile.open(path) as tar:
        assert {one.mode for one in tar.getmembers()} == {0o600}


def test_the_content_of_an_encrypted_archive_cannot_be_seen(tmp_path: Path) -> None:
    octets = write(tmp_path / "one.tar.age", PASSPHRASE).read_bytes()
    assert octets.startswith(b"age-encryption.org/v1\n")
    assert b"secret" not in octets
    assert b"keys/log.pem" not in octets


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_an_archive_that_is_cut_off_is_refused_wherever_it_ends(passphrase: str, tmp_path: Path) -> None:
    octets = write(tmp_path / "one.tar", passphrase).read_bytes()
    cut = tmp_path / "cut.tar"
    # Behind SHA256SUMS only tar's end mark is left, which nothing depends on in the clear.
    last = len(octets) - 1 if passphrase else octets.index(b"SHA256SUMS") + 512 + 300
    for length in [*range(0, last, len(octets) // 60), last]:
        cut.write_bytes(octets[:length])
        with pytest.raises(BadArchive):
            archive.verify(cut, passphrase)


def test_a_flipped_bit_is_named_with_its_place(tmp_path: Path) -> None:
    octets = write(tmp_path / "one.tar").read_bytes()
    for name, content in CONTENTS.items():
        at = octets.index(content) + len(content) // 2
        forged = tmp_path / "forged.tar"
        forged.write_bytes(octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :])
        with pytest.raises(BadArchive, match=name):
            archive.verify(forged, "")


def test_a_member_that_was_taken_out_is_named(tmp_path: Path) -> None:
    path, less = write(tmp_path / "one.tar"), tmp_path / "less.tar"
    with tarfile.open(path) as whole, tarfile.open(less, "w") as tar:
        for one in whole:
            if not one.name.startswith("blobs/"):
                tar.addfile(one, whole.extractfile(one))
    with pytest.raises(BadArchive, match=r"blobs/ab/.* is missing"):
        archive.verify(less, "")


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/passwd", "keys/../../evil", "keys/.hidden", "other.txt", "keys/"]
)
def test_a_name_that_we_never_write_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "evil.tar"
    with tarfile.open(path, "w") as tar:
        tar.addfile(tarfile.TarInfo(name))
    with pytest.raises(BadArchive):
        archive.verify(path, "")


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = tarfile.TarInfo("keys/log.pem")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        tar.addfile(link)
    with pytest.raises(BadArchive):
        archive.verify(tmp_path / "evil.tar", "")


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x00" * 4096, b"age-encryption.org/v1\nrest"])
def test_another_file_is_no_archive(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(BadArchive):
        archive.verify(tmp_path / "other", PASSPHRASE)


def test_a_wrong_passphrase_and_a_missing_one_are_sentences(tmp_path: Path) -> None:
    path = write(tmp_path / "one.tar.age", PASSPHRASE)
    with pytest.raises(BadArchive, match="the passphrase does not open this file"):
        archive.verify(path, "correct horse battery stable")
    with pytest.raises(BadArchive, match="--passphrase-file"):
        archive.verify(path, "")


def test_an_archive_never_takes_the_place_of_another_file(tmp_path: Path) -> None:
    (tmp_path / "one.tar").write_text("mine")
    with pytest.raises(FileExistsError):
        write(tmp_path / "one.tar")
    assert (tmp_path / "one.tar").read_text() == "mine"


def test_what_fails_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(AssertionError), archive.writing(tmp_path / "one.tar", "", 0) as writer:
        writer.add("README.txt", b"x" * 5_000_000) and writer.add("../no name of ours", b"")
    assert list(tmp_path.iterdir()) == []


def test_F7_a_full_disk_leaves_nothing(tmp_path: Path, repository: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from paraph.operate import archive\n"
        "with archive.writing(Path(sys.argv[1]), sys.argv[2], 0) as writer:\n"
        "    for number in range(400): writer.add(f'tables/t/{number:06}.gz', bytes(10_000))\n"
    )
    limit: Callable[[], None] = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))  # noqa: E731
    for passphrase in ("", PASSPHRASE):
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "one.tar"), passphrase],
            cwd=repository, capture_output=True, text=True, check=False, preexec_fn=limit,
        )  # fmt: skip
        assert done.returncode == 1
        assert "OSError: [Errno 27] File too large" in done.stderr
        assert "Exception ignored" not in done.stderr
        assert list(tmp_path.iterdir()) == []


def test_a_passphrase_is_the_first_line_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "passphrase"
    path.write_text(f"{PASSPHRASE}\r\nanother line\n")
    assert archive.passphrase(str(path)) == PASSPHRASE
    assert archive.passphrase("") == ""
    path.write_text("short\n")
    with pytest.raises(Sorry, match="12 characters"):
        archive.passphrase(str(path))
    with pytest.raises(Sorry, match="cannot be read"):
        archive.passphrase(str(tmp_path / "absent"))


def test_keys_come_out_for_their_owner_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "one.tar")
    archive.extract_keys(path, "", tmp_path / "keys")
    (key,) = (tmp_path / "keys").iterdir()
    assert (key.name, key.read_bytes(), key.stat().st_mode & 0o777) == ("log.pem", b"secret", 0o600)
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
