"""The documentation says what is there: facts, settings, commands, files, links, quoted lines."""

from __future__ import annotations

import ast
import dataclasses
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from paraph.automation.rules import RULES
from paraph.config import cli
from paraph.evidence.facts import FACTS, private_names
from paraph.lib import crash

FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"""\]\(([^)\s]+)\)|<img src="([^"]+)\"""")
CODE = re.compile(r"`([^`\n]+)`")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
# Folders and root files that are written about; anything else with a slash is no path of ours.
PLACES = ("paraph/", "tests/", "scripts/", "docs/", "frontend/", "requirements/", "benchmarks/")
ROOT_FILES = re.compile(
    r"(?:README|STYLE|CONTRIBUTING|CHANGELOG|SECURITY)\.md|LICENSE|Makefile|pyproject\.toml|\.importlinter"
)
# What a command makes, so it is not in a checkout.
MADE = {"frontend/node_modules"}
SETTING = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+")
HELP_COLUMNS = "100"
# Written with a dot, like functions.
NO_FUNCTIONS = {*FACTS, *crash.POINTS, *(rule.key for rule in RULES), "record.json"}
MOST_DECISION_LINES = 40
MOST_README_LINES = 120


def documents(repository: Path) -> list[Path]:
    """Every page of the documentation."""
    return sorted([*repository.glob("*.md"), *repository.glob("docs/**/*.md")])


@pytest.fixture(scope="module")
def texts(repository: Path) -> dict[Path, str]:
    found = {path: path.read_text(encoding="utf-8") for path in documents(repository)}
    assert len(found) > 15
    return found


def section(text: str, heading: str) -> str:
    """The part of a page below one heading."""
    return text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def cells(text: str) -> Iterator[list[str]]:
    """The rows of all tables, without their heads."""
    for line in text.splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("| ").split(" | ")]


# --- facts --------------------------------------------------------------------------------------------------------


def test_every_fact_is_documented_with_its_audience_and_values(
    texts: dict[Path, str], repository: Path
) -> None:
    told = {row[0].strip("`"): (row[1], row[3]) for row in cells(texts[repository / "docs/facts.md"])}
    known = {}
    for kind, fact in FACTS.items():
        if fact.__module__.startswith("paraph."):
            private = private_names(fact)
            names = [one.name for one in dataclasses.fields(fact) if one.name not in private]
            known[kind] = (fact.audience.value, ", ".join([*names, *(f"*{name}*" for name in private)]))
    assert told == known


# --- settings -----------------------------------------------------------------------------------------------------


def read_from_the_environment(path: Path) -> set[str]:
    """Names of environment variables a module reads: by `environ`, or by a reader of its own such as `_flag`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            whom, name = ast.unparse(node.func), node.args[0]
            reader = r"os\.(environ\.(get|setdefault)|getenv)|(_|environment\.)(flag|number|port|secret)"
            ours = bool(re.fullmatch(reader, whom))
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            ours, name = ast.unparse(node.value).endswith("environ"), node.slice
        else:
            continue
        if ours and isinstance(name, ast.Constant) and isinstance(name.value, str):
            found.add(name.value)
    return found


def test_every_setting_read_from_the_environment_is_documented(
    texts: dict[Path, str], repository: Path
) -> None:
    read = set().union(*(read_from_the_environment(path) for path in repository.glob("paraph/**/*.py")))
    assert {"PARAPH_DATA", "PARAPH_DEMO", "SMTP_PORT", "DATABASE_URL"} <= read
    page = texts[repository / "docs/operate/configuration.md"]
    part = section(page, "Environment")
    documented = {name for name in CODE.findall(part) if SETTING.fullmatch(name)}
    assert read - documented == set()
    in_tables = {name for row in cells(part) for name in CODE.findall(row[0])}
    assert in_tables - read == set()


def test_every_setting_named_anywhere_in_the_documentation_is_in_the_list(
    texts: dict[Path, str], repository: Path
) -> None:
    page = texts[repository / "docs/operate/configuration.md"]
    listed = set(CODE.findall(page))
    named = {
        (path.name, name)
        for path, text in texts.items()
        for name in re.findall(r"\b(?:PARAPH|SMTP)_[A-Z_]+\b", text)
        # A secret may stand in a file: the page says so once for all of them.
        if name not in listed and name.removesuffix("_FILE") not in listed
    }
    assert named == set()


# --- commands -----------------------------------------------------------------------------------------------------


def subcommands() -> set[str]:
    """The words `paraph` understands."""
    parser = cli._parser()
    choices = [action.choices for action in parser._actions if action.choices]
    (found,) = choices
    return set(found)


def test_every_subcommand_named_in_the_documentation_exists(texts: dict[Path, str]) -> None:
    known = subcommands() | {"--help"}
    for path, text in texts.items():
        shells = "\n".join(
            block for language, block in FENCE.findall(text) if language in {"sh", "console", "ini"}
        )
        typed = re.findall(r"^(?:\$ |ExecStart=)?(?:\S*/)?paraph (\S+)", shells, re.MULTILINE)
        typed += [code.split()[1] for code in CODE.findall(text) if re.fullmatch(r"paraph \S+.*", code)]
        assert set(typed) - known == set(), path.name


def test_every_subcommand_is_in_the_documentation(texts: dict[Path, str]) -> None:
    everything = "\n".join(texts.values())
    assert [one for one in sorted(subcommands()) if f"`paraph {one}" not in everything] == []


def test_help_printed_in_the_documentation_is_what_is_printed(texts: dict[Path, str]) -> None:
    shown = 0
    for path, text in texts.items():
        for language, block in FENCE.findall(text):
            command, _, printed = block.partition("\n")
            if language == "console" and re.fullmatch(r"\$ paraph (\w+ )?--help", command):
                words = command.removeprefix("$ paraph ").split()
                told = subprocess.run(
                    [sys.executable, "-m", "paraph.config.cli", *words],
                    env={**os.environ, "COLUMNS": HELP_COLUMNS},
                    capture_output=True,
                    text=True,
                    check=True,
                )
                assert told.stdout.strip() == printed.strip(), path.name
                shown += 1
    assert shown > 0


def test_every_make_target_named_in_the_documentation_exists(
    texts: dict[Path, str], repository: Path
) -> None:
    targets = set(re.findall(r"^(\w+):", (repository / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for path, text in texts.items():
        shells = "\n".join(block for language, block in FENCE.findall(text) if language == "sh")
        named = re.findall(r"^make (\w+)$", shells, re.MULTILINE)
        named += [
            code.split()[1] for code in CODE.findall(text) if re.fullmatch(r"make [a-z]+( [A-Z]+=\S+)?", code)
        ]
        assert set(named) - targets == set(), path.name


# --- files and links ----------------------------------------------------------------------------------------------


def test_every_file_named_in_the_documentation_exists(texts: dict[Path, str], repository: Path) -> None:
    missing = []
    for path, text in texts.items():
        for code in CODE.findall(FENCE.sub("", text)):
            ours = ROOT_FILES.fullmatch(code) or (
                code.startswith(PLACES) and re.fullmatch(r"[\w./*-]+", code)
            )
            if ours and code.rstrip("/") not in MADE and not list(repository.glob(code.rstrip("/"))):
                missing.append(f"{path.name}: {code}")
    assert missing == []


def anchors(page: Path) -> set[str]:
    """The anchors that the headings of a page have where Markdown is shown."""
    headings = HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


def test_every_relative_link_resolves(texts: dict[Path, str]) -> None:
    broken = []
    for path, text in texts.items():
        for match in LINK.finditer(FENCE.sub("", text)):
            target = match.group(1) or match.group(2)
            if re.match(r"https?://", target):
                continue
            name, _, place = target.partition("#")
            file = path.parent / name if name else path
            if not file.exists() or (place and place not in anchors(file)):
                broken.append(f"{path.name}: {target}")
    assert broken == []


# --- quoted code --------------------------------------------------------------------------------------------------


def test_good_examples_of_the_style_are_lines_of_the_code(texts: dict[Path, str], repository: Path) -> None:
    quoted = 0
    for language, block in FENCE.findall(texts[repository / "STYLE.md"]):
        first, _, lines = block.partition("\n")
        if language != "python" or not first.startswith("# paraph/"):
            continue
        quoted += 1
        source = iter((repository / first.removeprefix("# ")).read_text(encoding="utf-8").splitlines())
        for line in lines.splitlines():
            assert any(line == found for found in source), f"{first}: not there, or not in this order: {line}"
    assert quoted > 4


def functions(module: Path) -> set[str]:
    """Names a module defines or imports, and `Class.method` of its classes."""
    found = set()
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
    return found


def test_every_function_on_the_way_of_the_data_exists(texts: dict[Path, str], repository: Path) -> None:
    modules = {
        path.relative_to(repository / "paraph"): functions(path) for path in repository.glob("paraph/**/*.py")
    }
    named, missing = 0, []
    for code in CODE.findall(FENCE.sub("", texts[repository / "docs/way-of-the-data.md"])):
        match = re.fullmatch(r"((?:[a-z_]+\.)*[a-z_]+)\.((?:[A-Z]\w+\.)?[a-z_]+|[A-Z]\w+)", code)
        if match is None or code in NO_FUNCTIONS:
            continue
        tail, name = match.group(1).split("."), match.group(2)
        places = [known for path, known in modules.items() if _is_tail(path, tail)]
        named += bool(places)
        if places and not any(name in known for known in places):
            missing.append(code)
    assert missing == []
    assert named > 30


def _is_tail(path: Path, tail: list[str]) -> bool:
    parts = [*path.parent.parts, path.stem] if path.stem != "__init__" else list(path.parent.parts)
    return parts[-len(tail) :] == tail


# --- form ---------------------------------------------------------------------------------------------------------


def test_decisions_are_numbered_short_and_complete(repository: Path) -> None:
    records = sorted((repository / "docs/decisions").glob("*.md"))
    # Each number once; gaps are ranges that were set aside for people writing at the same time.
    numbers = [path.name[:4] for path in records]
    assert all(re.fullmatch(r"[0-9]{4}", one) for one in numbers)
    assert len(set(numbers)) == len(numbers) > 0
    for path in records:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]} ")
        assert re.search(r"^Status: (accepted|replaced by \d{4}), \d{4}-\d\d-\d\d$", text, re.MULTILINE), (
            path.name
        )
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], (
            path.name
        )
        assert len(text.splitlines()) <= MOST_DECISION_LINES, path.name


def test_the_readme_is_short(texts: dict[Path, str], repository: Path) -> None:
    assert len(texts[repository / "README.md"].splitlines()) <= MOST_README_LINES


def test_the_licence_is_the_apache_licence_to_the_letter(repository: Path) -> None:
    # The digest of the text as the Apache Software Foundation publishes it.
    published = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
    assert sha256((repository / "LICENSE").read_bytes()).hexdigest() == published
