"""The container of a backup: a tar file that every tar reads, with SHA256SUMS as its last member.

`tar xf FILE && sha256sum -c SHA256SUMS` checks it without Paraph. Written and read as a stream, so memory does not
grow with it; encrypted as a whole by `lib.age` when there is a passphrase.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import hashlib
import os
import re
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from paraph.lib import age, crash
from paraph.operate.scratch import Sorry

SUMS = "SHA256SUMS"
MANIFEST = "MANIFEST.json"
README = "README.txt"
# Members are blobs and parts of tables; nothing we write is larger, and nothing larger is read.
MOST_MEMBER = 1 << 30
SPOOL = 8 << 20
NAME = re.compile(
    r"README\.txt|MANIFEST\.json|SHA256SUMS|keys/[^/.\n\\][^/\n\\]*|(tables/\w+|blobs)(/[\w-][\w.-]*)+"
)


# Shorter ones are guessed.
LEAST_PASSPHRASE = 12
UNENCRYPTED = (
    "warning: the archive is not encrypted, and holds every key of the installation: who has it can sign as you and "
    "read everything. Use --passphrase-file, or keep it where nobody else comes."
)


class BadArchive(Exception):
    """Not an archive of ours, or not as it was written; a sentence."""


@dataclass(frozen=True)
class Member:
    """A file in the archive."""

    name: str
    content: bytes


class Writer:
    """Writes members one after the other; `finish` adds the sums. Everything has the same time and mode."""

    def __init__(self, target: IO[bytes], at: float) -> None:
        self._target, self._at = target, at
        self._sums = tempfile.SpooledTemporaryFile(SPOOL)  # noqa: SIM115 - closed by `close`

    def add(self, name: str, content: bytes) -> str:
        """Add a member; return its hex SHA-256."""
        assert NAME.fullmatch(name), name
        digest = hashlib.sha256(content).hexdigest()
        self._sums.write(f"{digest}  {name}\n".encode())
        self._write(name, content)
        return digest

    def finish(self) -> None:
        """Add SHA256SUMS and the end mark of tar."""
        self._sums.seek(0)
        self._write(SUMS, self._sums.read())
        self._target.write(bytes(2 * tarfile.BLOCKSIZE))

    def close(self) -> None:
        """Forget the sums; the target stays open."""
        self._sums.close()

    def _write(self, name: str, content: bytes) -> None:
        head = tarfile.TarInfo(name)
        head.size, head.mtime, head.mode = len(content), int(self._at), 0o600
        self._target.write(head.tobuf(tarfile.GNU_FORMAT))
        self._target.write(content)
        self._target.write(bytes(-len(content) % tarfile.BLOCKSIZE))


def passphrase(path: str) -> str:
    """The first line of the file named; "" without one. Raises `Sorry`."""
    if not path:
        return ""
    try:
        with Path(path).open(encoding="utf-8") as file:
            found = file.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise Sorry(f"The passphrase cannot be read from {path}: {problem}") from problem
    if len(found) < LEAST_PASSPHRASE:
        raise Sorry(f"The passphrase must have {LEAST_PASSPHRASE} characters or more")
    return found


@contextlib.contextmanager
def writing(path: Path, passphrase: str, at: float) -> Iterator[Writer]:
    """An archive under a name of its own beside `path`, mode 0600; `path` appears only once all of it is durable.

    What fails inside leaves nothing behind. Raises FileExistsError when `path` is there already.
    """
    if path.exists():
        raise FileExistsError(17, "exists already", str(path))
    _sweep(path)
    part = path.with_name(f".{path.name}.{os.urandom(4).hex()}.part")
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb", buffering=1 << 20) as file:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            crash.point("backup.begun")
            sealed = age.Writer(file, passphrase) if passphrase else None
            writer = Writer(sealed or file, at)  # type: ignore[arg-type]
            try:
                yield writer
                writer.finish()
                if sealed:
                    sealed.close()
            finally:
                writer.close()
                if sealed:
                    sealed.abandon()
            file.flush()
            os.fsync(file.fileno())
            crash.point("backup.written")
            verify(part, passphrase)
            crash.point("backup.verified")
            part.rename(path)
            crash.point("backup.named")
    finally:
        part.unlink(missing_ok=True)
    _sync(path.parent)


def _sweep(path: Path) -> None:
    """Remove what a backup to the same file left when it was killed. One that is being written is locked."""
    for part in path.parent.glob(f".{glob.escape(path.name)}.????????.part"):
        with part.open("rb") as file, contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()


def members(path: Path, passphrase: str) -> Iterator[Member]:
    """Every member in the order they were written, one in memory at a time. Raises `BadArchive`."""
    try:
        with path.open("rb") as file:
            clear = _clear(file, passphrase)
            with tarfile.open(fileobj=clear, mode="r|") as tar:
                for head in tar:
                    yield _member(tar, head)
                    tar.members.clear()  # type: ignore[attr-defined] # tarfile remembers them all
            # Reads what stands behind the end mark, so that an encrypted stream is known to be whole.
            while clear.read(1 << 20):
                pass
    except tarfile.TarError as problem:
        raise BadArchive(f"{path.name} is no archive, or is cut off: {problem}") from problem
    except (age.WrongPassphrase, age.Damaged) as problem:
        raise BadArchive(f"{path.name}: {problem}") from problem
    except EOFError as problem:
        raise BadArchive(f"{path.name} is cut off") from problem


def verify(path: Path, passphrase: str) -> bytes:
    """Read everything, compare every digest, and return the manifest. Raises `BadArchive`, naming what is wrong."""
    seen, manifest, sums = hashlib.sha256(), b"", None
    for one in members(path, passphrase):
        if sums is not None:
            raise BadArchive(f"{path.name}: {one.name} stands behind {SUMS}")
        if one.name == SUMS:
            sums = one.content
            continue
        seen.update(f"{hashlib.sha256(one.content).hexdigest()}  {one.name}\n".encode())
        if one.name == MANIFEST:
            manifest = one.content
    if sums is None:
        raise BadArchive(f"{path.name} is cut off: {SUMS}, which ends it, is missing")
    if seen.digest() != hashlib.sha256(sums).digest():
        raise BadArchive(f"{path.name} is damaged: {_culprit(path, passphrase, sums)}")
    if not manifest:
        raise BadArchive(f"{path.name} has no {MANIFEST}")
    return manifest


def extract_keys(path: Path, passphrase: str, folder: Path) -> None:
    """Write the key files, which come first, each for its owner alone. Raises FileExistsError for one that is there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in members(path, passphrase):
        kind, _, name = one.name.partition("/")
        if kind == "keys":
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(one.content)
        elif one.name != README:
            return


def _clear(file: IO[bytes], passphrase: str) -> IO[bytes]:
    if not age.is_encrypted(file):
        return file
    if not passphrase:
        raise BadArchive("the archive is encrypted; name the file of its passphrase with --passphrase-file")
    return age.Reader(file, passphrase)  # type: ignore[return-value]


def _member(tar: tarfile.TarFile, head: tarfile.TarInfo) -> Member:
    if not head.isfile() or not NAME.fullmatch(head.name) or not 0 <= head.size <= MOST_MEMBER:
        raise BadArchive(f"there is something in the archive that Paraph never writes: {head.name[:80]!r}")
    file = tar.extractfile(head)
    content = file.read() if file else b""
    if len(content) != head.size:
        raise BadArchive(f"the archive is cut off in {head.name}")
    return Member(head.name, content)


def _culprit(path: Path, passphrase: str, sums: bytes) -> str:
    """The first member that differs from the sums."""
    lines = sums.decode(errors="replace").splitlines()
    told = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    for one in members(path, passphrase):
        if one.name != SUMS and told.pop(one.name, "") != hashlib.sha256(one.content).hexdigest():
            return f"{one.name} is not what {SUMS} says"
    return f"{next(iter(told), 'a file')} is missing"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
