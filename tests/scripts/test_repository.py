"""The repository itself: what must never be committed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

# In pieces, so that this file does not find itself.
HOSTS = [
    name + tail
    for name, tail in (("pypi", ".org"), ("pythonhosted", ".org"), ("npmjs", ".org"), ("npmjs", ".com"))
]
PLACES = re.compile(
    "|".join([*map(re.escape, HOSTS), "/" + r"work/(?:main|shared)", "/tmp/" + "plan", "/root" + "/"])
)
LOCKS = ("package-lock.json", "base.txt", "dev.txt", "bootstrap.txt", "postgresql.txt")


@pytest.fixture(scope="session")
def tracked(repository: Path) -> list[Path]:
    """Every file that is, or would be, committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    if listed.returncode:
        return [
            path for path in repository.glob("[!.]*/**/*") if ".venv" not in path.parts and path.is_file()
        ]
    return [repository / name for name in listed.stdout.split("\0") if name and (repository / name).is_file()]


def test_no_file_names_a_package_registry_or_a_folder_of_somebodys_machine(tracked: list[Path]) -> None:
    found = []
    for path in tracked:
        text = path.read_bytes().decode(errors="ignore")
        found += [f"{path}: {match.group(0)}" for match in PLACES.finditer(text)]
    assert found == []


def test_lock_files_name_no_host_and_check_every_package(tracked: list[Path]) -> None:
    locks = [path for path in tracked if path.name in LOCKS]
    assert {path.name for path in locks} == set(LOCKS)
    for path in locks:
        # Whom a package's makers ask to be paid by is no place it comes from.
        text = re.sub(r'"funding": [\[{][^\]}]*[\]}](?:\s*\])?', "", path.read_text(encoding="utf-8"))
        assert "://" not in text
        if path.suffix == ".txt":
            packages = re.findall(r"^[a-z0-9._-]+==[^#]*?(?=^[a-z]|\Z)", text, re.MULTILINE | re.DOTALL)
            assert packages
            assert all("--hash=sha256:" in package for package in packages)
        else:
            assert text.count('"integrity"') == text.count('"node_modules/')


def test_no_python_module_is_longer_than_four_hundred_lines_and_no_test_than_five_hundred(
    tracked: list[Path],
) -> None:
    long = [
        path
        for path in tracked
        if path.suffix == ".py"
        and path.read_bytes().count(b"\n") > (500 if path.name.startswith("test_") else 400)
    ]
    assert long == []


def test_no_test_is_ever_skipped(tracked: list[Path]) -> None:
    """A missing tool fails; a test of one kind of database says so by a mark and runs there."""
    skips = re.compile(r"mark\.(?:skip|skipif|xfail)\b|pytest\.(?:skip|xfail|importorskip)\(")
    tests = [path for path in tracked if path.suffix == ".py" and "tests" in path.parts]
    assert [path for path in tests if skips.search(path.read_text(encoding="utf-8"))] == []
