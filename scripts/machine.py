"""The programs the tests need beside Python: a browser, poppler, openssl and a PostgreSQL server.

What is missing is installed where that is possible, and otherwise a failure that names the command to
mend it: a test that was skipped proves nothing.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scripts.provision import (
    BIN,
    REQUIREMENTS,
    VENV,
    SetupError,
    Step,
    apt_install,
    environment,
    has_apt,
    run,
)

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHECKERS = (
    ("poppler-utils", ("pdfsig", "pdftotext", "pdfdetach", "pdffonts", "pdfinfo", "pdftoppm")),
    ("qpdf", ("qpdf",)),
    ("openssl", ("openssl",)),
)
POSTGRES_TOOLS = ("initdb", "postgres", "createdb")
POSTGRES_WHEEL = VENV / "postgresql"
FUSE_PACKAGE = VENV / "faults"
MEMORY = Path("/dev/shm")  # noqa: S108 - the file system in memory that every Linux has
MEMORY_NEEDED = 3 << 30  # bytes: a PostgreSQL cluster keeps a gigabyte of its journal


@contextlib.contextmanager
def quick_folder() -> Iterator[Path | None]:
    """A folder in memory, gone afterwards; None where there is no room, as in many a container.

    For databases that last one run: a commit waits for no disk, and asks for durability all the same. Installations
    whose disk fills or fails, and what is killed, have folders of their own on the machine's disk.
    """
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < MEMORY_NEEDED:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="paraph-", dir=MEMORY))
    folder.chmod(0o711)  # the account of the database server finds its own inside
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def chromium() -> Path:
    """The browser: CHROMIUM, then PATH, then Debian's package. Raises SetupError."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        if not os.access(chosen, os.X_OK):
            raise SetupError(f"CHROMIUM={chosen} is not a program that can be run.")
        return Path(chosen)
    found = _first(BROWSERS)
    if found is None and has_apt():
        apt_install("chromium", "fonts-dejavu-core")
        found = _first(BROWSERS)
    if found is None:
        raise SetupError(
            "The browser tests need Chromium: apt-get install chromium, or set CHROMIUM=/path/to/it."
        )
    return found


def foreign_checkers() -> None:
    """Make sure that poppler's tools, qpdf and openssl are there, the tests' second opinion. Raises SetupError."""
    for package, programs in CHECKERS:
        missing = [name for name in programs if shutil.which(name) is None]
        if missing and has_apt():
            apt_install(package)
            missing = [name for name in programs if shutil.which(name) is None]
        if missing:
            raise SetupError(f"The tests need {', '.join(missing)}: apt-get install {package}")


def postgres_binaries() -> Path:
    """The folder of PostgreSQL's server programs: the machine's own, else a wheel's, else Debian's.

    A wheel comes before the Debian package because it leaves the machine as it was and needs no root.
    Raises SetupError.
    """
    folder = _installed_postgres()
    if folder is not None:
        return folder
    try:
        Step("postgresql", _install_wheel, (REQUIREMENTS / "postgresql.txt",), (POSTGRES_WHEEL,)).ensure()
        return _complete(POSTGRES_WHEEL)
    except SetupError as failed:
        if not has_apt():
            raise SetupError(
                f"{failed}\n\nThe tests need a PostgreSQL server: apt-get install postgresql"
            ) from failed
    apt_install("postgresql")
    folder = _installed_postgres()
    if folder is None:
        raise SetupError("apt-get installed postgresql, but its initdb is not in /usr/lib/postgresql/*/bin.")
    return folder


def file_systems() -> Path:
    """Make sure that a program may be a file system (FUSE); return the folder of the Python package for it.

    Raises SetupError.
    """
    if shutil.which("fusermount3") is None and has_apt():
        apt_install("fuse3")
    if shutil.which("fusermount3") is None:
        raise SetupError("The power-failure tests need FUSE: apt-get install fuse3")
    if not os.access("/dev/fuse", os.W_OK):
        raise SetupError(
            "The power-failure tests need /dev/fuse: run them as root, in a container with --privileged"
        )
    lock = REQUIREMENTS / "faults.txt"
    Step("faults", lambda: _install_into(FUSE_PACKAGE, lock), (lock,), (FUSE_PACKAGE,)).ensure()
    return FUSE_PACKAGE


def _first(names: tuple[str, ...]) -> Path | None:
    return next((Path(path) for path in map(shutil.which, names) if path), None)


def _installed_postgres() -> Path | None:
    for folder in _postgres_folders():
        if all((folder / name).exists() for name in POSTGRES_TOOLS):
            return folder
    return None


def _postgres_folders() -> list[Path]:
    folders = []
    asked = shutil.which("pg_config")
    if asked:
        told = subprocess.run([asked, "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(told.stdout.strip() or "/nonexistent"))
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(versions, key=lambda folder: _version(folder.parent.name), reverse=True)
    initdb = shutil.which("initdb")
    if initdb:
        folders.append(Path(initdb).resolve().parent)
    return folders


def _version(name: str) -> float:
    try:
        return float(name)
    except ValueError:
        return 0.0


def _install_wheel() -> None:
    _install_into(POSTGRES_WHEEL, REQUIREMENTS / "postgresql.txt")


def _install_into(folder: Path, lock: Path) -> None:
    flags = ("--no-deps", "--require-hashes", "--target", folder, "-r", lock)
    if (BIN / "uv").exists():
        run(BIN / "uv", "pip", "install", "--python", BIN / "python", *flags, env=environment())
    else:
        run(BIN / "python", "-m", "pip", "--disable-pip-version-check", "install", *flags)


def _complete(wheel: Path) -> Path:
    for initdb in wheel.glob("*/pginstall/bin/initdb"):
        if all((initdb.parent / name).exists() for name in POSTGRES_TOOLS):
            return initdb.parent
    raise SetupError("The wheel of requirements/postgresql.txt holds no PostgreSQL server.")
