"""A file system that keeps only what was made durable, to be mounted by FUSE (faults.md F4, F5, F6).

    python cowardly_disk.py LIVE SAFE MOUNT

Everything works on the files under LIVE. What a program makes durable is copied to SAFE: by fsync of a file its bytes
and, as journaling file systems do, its name; by fsync of a folder its names. After a power failure SAFE is all there
is. A name whose bytes were never made durable then leads to an empty file. While the file MOUNT.eio exists, making
durable answers EIO and copies nothing.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from mfusepy import FUSE, FuseOSError, Operations


class CowardlyDisk(Operations):  # type: ignore[misc]
    """Files are known by their inode under LIVE; each has a durable twin, to which names under SAFE are links."""

    use_ns = True

    def __init__(self, live: Path, safe: Path, broken: Path) -> None:
        self.live, self.safe, self.broken = live, safe, broken
        # Durable bytes by inode, kept outside SAFE's names until a folder's fsync links them there.
        self.store = safe.with_name(f"{safe.name}.bytes")
        self.store.mkdir(exist_ok=True)
        # Inode -> what was written since its bytes were made durable, as (offset, size).
        self.dirty: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self.turn = threading.RLock()
        self._adopt()

    def _adopt(self) -> None:
        """What was there at the start is durable."""
        for path in self.live.rglob("*"):
            if path.is_file():
                twin, name = self._twin(path.stat().st_ino), self.safe / path.relative_to(self.live)
                if name.exists() and not twin.exists():
                    os.link(name, twin)

    def _path(self, path: str) -> str:
        return str(self.live / path.lstrip("/"))

    def _twin(self, inode: int) -> Path:
        return self.store / str(inode)

    # --- what is made durable -------------------------------------------------------------------------------
    def fsync(self, path: str, datasync: int, fh: int) -> int:
        with self.turn:
            self._fail_if_broken()
            self._keep_bytes(fh)
            self._keep_name(path, fh)
        return 0

    def flush(self, path: str, fh: int) -> int:
        return 0

    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        with self.turn:
            self._fail_if_broken()
            self._keep_names(path)
        return 0

    def _fail_if_broken(self) -> None:
        if self.broken.exists():
            raise FuseOSError(errno.EIO)

    def _keep_bytes(self, fh: int) -> None:
        state = os.fstat(fh)
        twin = os.open(self._twin(state.st_ino), os.O_RDWR | os.O_CREAT, state.st_mode & 0o777)
        try:
            os.fchown(twin, state.st_uid, state.st_gid)
            os.ftruncate(twin, state.st_size)
            for offset, size in self.dirty.pop(state.st_ino, []):
                os.pwrite(twin, os.pread(fh, size, offset), offset)
        finally:
            os.close(twin)

    def _keep_name(self, path: str, fh: int) -> None:
        live, state = Path(self._path(path)), os.fstat(fh)
        if live.exists() and live.stat().st_ino == state.st_ino:
            target = self.safe / path.lstrip("/")
            self._keep_folder(target.parent)
            self._link(target, state)

    def _keep_folder(self, safe: Path) -> None:
        if not safe.exists():
            self._keep_folder(safe.parent)
            state = (self.live / safe.relative_to(self.safe)).stat()
            safe.mkdir()
            os.chown(safe, state.st_uid, state.st_gid)
            safe.chmod(state.st_mode & 0o7777)

    def _keep_names(self, path: str) -> None:
        """The names of one folder. A file whose bytes were never made durable has a name and no bytes."""
        live, safe = Path(self._path(path)), self.safe / path.lstrip("/")
        self._keep_folder(safe)
        names = {one.name: one for one in os.scandir(live)}
        for one in os.scandir(safe):
            if one.name not in names and not one.is_dir(follow_symlinks=False):
                os.unlink(one.path)
        for name, one in names.items():
            target, state = safe / name, one.stat(follow_symlinks=False)
            if one.is_symlink():
                if not target.is_symlink():
                    target.symlink_to(os.readlink(one.path))
            elif one.is_dir():
                self._keep_folder(target)
            else:
                self._link(target, state)

    def _link(self, target: Path, state: os.stat_result) -> None:
        twin = self._twin(state.st_ino)
        if not twin.exists():
            twin.touch()
            os.chown(twin, state.st_uid, state.st_gid)
            os.chmod(twin, state.st_mode & 0o777)
        if target.exists() and target.stat().st_ino == twin.stat().st_ino:
            return
        target.unlink(missing_ok=True)
        os.link(twin, target)

    # --- what is only done --------------------------------------------------------------------------------------
    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        try:
            state = os.lstat(self._path(path)) if fh is None else os.fstat(fh)
        except OSError as problem:
            raise FuseOSError(problem.errno or errno.EIO) from problem
        told = {
            name: getattr(state, name)
            for name in ("st_mode", "st_nlink", "st_uid", "st_gid", "st_size", "st_blocks", "st_ino")
        }
        return told | {name: getattr(state, f"{name}_ns") for name in ("st_atime", "st_mtime", "st_ctime")}

    def readdir(self, path: str, fh: int) -> list[str]:
        return [".", "..", *os.listdir(self._path(path))]

    def open(self, path: str, flags: int) -> int:
        # Making durable reads what was written, also where the program itself may only write.
        access = os.O_RDWR if flags & os.O_ACCMODE == os.O_WRONLY else flags & os.O_ACCMODE
        return os.open(self._path(path), flags & ~(os.O_APPEND | os.O_ACCMODE) | access)

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        return self._owned(path, os.open(self._path(path), os.O_RDWR | os.O_CREAT | os.O_TRUNC, mode))

    def mkdir(self, path: str, mode: int) -> int:
        os.mkdir(self._path(path), mode)
        return self._owned(path, 0)

    def link(self, target: str, source: str) -> int:
        os.link(self._path(source), self._path(target))
        return 0

    def symlink(self, target: str, source: str) -> int:
        os.symlink(source, self._path(target))
        return 0

    def readlink(self, path: str) -> str:
        return os.readlink(self._path(path))

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return os.pread(fh, size, offset)

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        with self.turn:
            written = os.pwrite(fh, data, offset)
            self.dirty[os.fstat(fh).st_ino].append((offset, written))
        return written

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        with self.turn:
            where = self._path(path) if fh is None else fh
            state = os.stat(where)
            os.truncate(where, length)
            # What is behind the new end reads as zeros should the file grow again.
            self.dirty[state.st_ino].append((length, max(0, state.st_size - length)))
        return 0

    def rename(self, old: str, new: str) -> int:
        with self.turn:
            self._forget(new)
            os.rename(self._path(old), self._path(new))
        return 0

    def unlink(self, path: str) -> int:
        with self.turn:
            self._forget(path)
            os.unlink(self._path(path))
        return 0

    def _forget(self, path: str) -> None:
        """The inode is about to be free for another file; what SAFE knows by name stays until its folder is synced."""
        try:
            state = os.lstat(self._path(path))
        except OSError:
            return
        if state.st_nlink == 1:
            self._twin(state.st_ino).unlink(missing_ok=True)
            self.dirty.pop(state.st_ino, None)

    def rmdir(self, path: str) -> int:
        os.rmdir(self._path(path))
        return 0

    def chmod(self, path: str, mode: int) -> int:
        os.chmod(self._path(path), mode)
        return 0

    def chown(self, path: str, uid: int, gid: int) -> int:
        os.chown(self._path(path), uid, gid, follow_symlinks=False)
        return 0

    def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:
        os.utime(self._path(path), ns=times or (time.time_ns(), time.time_ns()))
        return 0

    def statfs(self, path: str) -> dict[str, Any]:
        state = os.statvfs(self.live)
        names = ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_files", "f_ffree", "f_frsize", "f_namemax")
        return {name: getattr(state, name) for name in names}

    def release(self, path: str, fh: int) -> int:
        os.close(fh)
        return 0

    def _owned(self, path: str, result: int) -> int:
        """What root's process makes belongs to whoever asked."""
        from mfusepy import fuse_get_context

        uid, gid, _ = fuse_get_context()
        os.chown(self._path(path), uid, gid)
        return result


if __name__ == "__main__":
    live, safe, mount = map(Path, sys.argv[1:4])
    disk = CowardlyDisk(live, safe, mount.with_name(f"{mount.name}.eio"))
    FUSE(disk, str(mount), foreground=True, allow_other=True, default_permissions=True, nothreads=False)
