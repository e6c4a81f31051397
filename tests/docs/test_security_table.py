"""SECURITY.md names a test for every line that must hold, each of them is there, and none is forgotten."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

LINES = 44
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \|$", re.MULTILINE)
FILE = re.compile(r"`(tests/[\w/]+\.py)`")
NAME = re.compile(r"`(test_\w+)`")
LATER = "later: "
# What a line may wait for: parts the product does not have yet.
CAPABILITIES = {"uploads and foreign files", "web hooks", "offline use"}


@pytest.fixture(scope="module")
def table(repository: Path) -> dict[int, tuple[str, str]]:
    """What must hold and what is said about tests, by line."""
    text = (repository / "SECURITY.md").read_text(encoding="utf-8")
    return {int(number): (holds, tests) for number, holds, tests in ROW.findall(text)}


@cache
def _tests_of(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def _named(cell: str) -> list[tuple[str, list[str]]]:
    """The files of a cell, each with the tests named behind it."""
    parts = FILE.split(cell)
    return [(parts[at], NAME.findall(parts[at + 1])) for at in range(1, len(parts), 2)]


def test_every_line_is_in_the_table_once_and_in_order(
    table: dict[int, tuple[str, str]], repository: Path
) -> None:
    assert list(table) == list(range(1, LINES + 1))
    text = (repository / "SECURITY.md").read_text(encoding="utf-8")
    assert len(ROW.findall(text)) == LINES, "a line stands there twice"


def test_every_line_has_a_test_or_says_which_capability_it_waits_for(
    table: dict[int, tuple[str, str]],
) -> None:
    for number, (_, cell) in table.items():
        waits = cell.split(LATER, 1)[1] if LATER in cell else ""
        assert waits in CAPABILITIES or (not waits and _named(cell)), number


def test_every_named_test_exists(table: dict[int, tuple[str, str]], repository: Path) -> None:
    for number, (_, cell) in table.items():
        for file, names in _named(cell):
            path = repository / file
            assert path.is_file(), f"line {number}: there is no {file}"
            assert names, f"line {number}: {file} is named without a test"
            assert set(names) <= _tests_of(path), (
                f"line {number}: {set(names) - _tests_of(path)} is not in {file}"
            )


def test_every_file_of_attacks_stands_beside_its_line(
    table: dict[int, tuple[str, str]], repository: Path
) -> None:
    named = {file: number for number, (_, cell) in table.items() for file, _ in _named(cell)}
    beside: dict[str, set[int]] = {}
    for number, (_, cell) in table.items():
        for file, _ in _named(cell):
            beside.setdefault(file, set()).add(number)
    for path in sorted(repository.glob("tests/attacks/test_*.py")):
        file = str(path.relative_to(repository))
        assert file in named, f"{file} is beside no line of SECURITY.md"
        own = re.search(r"test_line_(\d+)_", path.name)
        assert not own or int(own[1]) in beside[file], f"{file} is not beside its own line"
