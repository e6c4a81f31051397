"""From a bare Python to a working checkout, in steps that run again only when their inputs change.

Each step carries a stamp: the hash of the files it depends on. A step is skipped while its stamp matches and
its outputs exist, so the second run costs a few milliseconds. Deleting `.venv` starts over.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / "stamps"
FRONTEND = ROOT / "frontend"
BUILT = ROOT / "paraph/web/shared/static/built"
LOCALES = ROOT / "paraph/locale"
REQUIREMENTS = ROOT / "requirements"
SYSTEM_PATHS = "/usr/local/sbin:/usr/sbin:/sbin"


class SetupError(Exception):
    """A step could not be done; the text says what to do about it."""


def environment() -> dict[str, str]:
    """The environment for every tool: the virtual environment first, its certificates trusted."""
    env = dict(os.environ)
    env["PATH"] = os.pathsep.join([str(BIN), env.get("PATH", "/usr/bin:/bin")])
    env.setdefault("UV_SYSTEM_CERTS", "1")
    env.setdefault("NODE_USE_SYSTEM_CA", "1")
    env["PYTHONUNBUFFERED"] = "1"
    env.pop("PYTHONHOME", None)
    # Some environments keep no bytecode beside the sources; ours has a place where it disturbs nobody.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env["PYTHONPYCACHEPREFIX"] = str(VENV / "pycache")
    if not os.path.isdir(env.get("HOME", "")):
        env["HOME"] = str(VENV)  # package caches need a place to be
    return env


def run(*command: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
    """Run a command silently; raise SetupError with all it printed if it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words,
        cwd=cwd,
        env=env or environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SetupError(f"{' '.join(words)}\nended with {done.returncode}:\n{done.stdout.strip()}")


def make_venv() -> None:
    """Create the virtual environment, and mend one whose Python has gone."""
    for link in BIN.glob("python*"):
        if link.is_symlink() and not link.exists():
            link.unlink()
    try:
        run(sys.executable, "-m", "venv", VENV, env=dict(os.environ))
    except SetupError as failed:
        if not has_apt():
            raise SetupError(f"{failed}\n\nOn Debian and Ubuntu: apt-get install python3-venv") from failed
        apt_install("python3-venv")
        run(sys.executable, "-m", "venv", VENV, env=dict(os.environ))


def install_packages() -> None:
    """Install the locked packages, each checked against its hash: by uv where it can be had, else by pip."""
    lock = REQUIREMENTS / "dev.txt"
    pip = (
        BIN / "python",
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--quiet",
        "install",
        "--require-hashes",
    )
    try:
        run(*pip, "-r", REQUIREMENTS / "bootstrap.txt")
        run(
            BIN / "uv",
            "pip",
            "install",
            "--compile-bytecode",
            "--python",
            BIN / "python",
            "--require-hashes",
            "-r",
            lock,
        )
    except SetupError as failed:
        print(f"uv did not install the packages, trying pip: {str(failed).splitlines()[-1]}", flush=True)
        run(*pip, "-r", lock)


def install_project() -> None:
    """Install Paraph itself so that it runs from this checkout and `.venv/bin/paraph` exists."""
    flags = ("--no-deps", "--no-build-isolation", "--editable", ROOT)
    if (BIN / "uv").exists():
        run(BIN / "uv", "pip", "install", "--python", BIN / "python", "--offline", *flags)
    else:
        run(BIN / "python", "-m", "pip", "--disable-pip-version-check", "install", *flags)


def install_node_packages() -> None:
    """Install the front end's locked packages with the node that came with the Python packages."""
    run(BIN / "npm", "ci", "--no-fund", "--no-audit", "--loglevel=error", cwd=FRONTEND)


def build_frontend() -> None:
    """Bundle scripts and styles into the package's static files."""
    run(BIN / "node", "build.mjs", cwd=FRONTEND)


def compile_messages() -> None:
    """Compile the translation catalogues."""
    run(BIN / "python", "-m", "scripts.messages", "compile")


@dataclass(frozen=True)
class Step:
    """One thing to set up: `inputs` are files or folders, `outputs` must exist afterwards."""

    name: str
    action: Callable[[], None]
    inputs: tuple[Path, ...]
    outputs: tuple[Path, ...]

    def wanted(self) -> str:
        """The hash over the names and bytes of all inputs."""
        digest = hashlib.sha256(f"{VENV}\0".encode())
        for path in sorted(_files(self.inputs)):
            digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def ensure(self) -> bool:
        """Run the action unless the stamp says that it is done; tell whether it ran."""
        stamp = STAMPS / self.name.replace(" ", "-")
        wanted = self.wanted()
        if stamp.is_file() and stamp.read_text() == wanted and all(path.exists() for path in self.outputs):
            return False
        started = time.monotonic()
        print(f"set-up: {self.name} …", flush=True)
        self.action()
        STAMPS.mkdir(parents=True, exist_ok=True)
        stamp.write_text(wanted)
        print(f"set-up: {self.name} {time.monotonic() - started:.1f} s", flush=True)
        return True


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (inner for inner in path.rglob("*") if inner.is_file() and inner.suffix != ".mo")
        elif path.exists():
            yield path


def steps() -> list[Step]:
    """All steps in their order, with the outputs that the present catalogues call for."""
    lock, node_lock = REQUIREMENTS / "dev.txt", FRONTEND / "package-lock.json"
    catalogues = tuple(po.with_suffix(".mo") for po in LOCALES.glob("*/LC_MESSAGES/*.po"))
    sources = (FRONTEND / "src", FRONTEND / "build.mjs", FRONTEND / "icons.mjs", node_lock)
    return [
        Step("virtual environment", make_venv, (), (BIN / "python", BIN / "pip")),
        Step(
            "python packages",
            install_packages,
            (lock, REQUIREMENTS / "bootstrap.txt"),
            (BIN / "ruff", BIN / "node"),
        ),
        Step(
            "paraph",
            install_project,
            (ROOT / "pyproject.toml", ROOT / "scripts/hatch_build.py"),
            (BIN / "paraph",),
        ),
        Step("node packages", install_node_packages, (node_lock,), (FRONTEND / "node_modules",)),
        Step("front end", build_frontend, sources, (BUILT,)),
        Step("translations", compile_messages, (LOCALES,), catalogues),
    ]


def provision() -> None:
    """Bring the checkout up to date. Two runs at once wait for each other. Raises SetupError."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    with (STAMPS / "lock").open("w") as lock, contextlib.closing(lock):
        fcntl.flock(lock, fcntl.LOCK_EX)
        for step in steps():
            step.ensure()


def has_apt() -> bool:
    """Whether this process may install Debian packages."""
    return os.geteuid() == 0 and any((Path(folder) / "apt-get").exists() for folder in ("/usr/bin", "/bin"))


def apt_install(*packages: str) -> None:
    """Install Debian packages, without questions. Raises SetupError."""
    env = environment()
    env.update(PATH=f"{env['PATH']}:{SYSTEM_PATHS}", DEBIAN_FRONTEND="noninteractive")
    print(f"set-up: apt-get install {' '.join(packages)} …", flush=True)
    run("apt-get", "update", "-qq", env=env)
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages, env=env)
