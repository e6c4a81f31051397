"""Invoices are checked where they are made: no amount and no name goes to somebody else's machine for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import paraph

ROOT = Path(paraph.__file__).parent
# All that may be used of the library: it checks against a schema that lies on the disk.
LOCAL = {"xml_check_xsd"}
# What talks to a server. The one door out of billing is a mail.
REMOTE = {"requests", "urllib", "urllib3", "http", "httpx", "aiohttp", "socket", "ssl", "smtplib"}


def imported(path: Path) -> Iterator[tuple[str, str]]:
    """Every module a file imports, anywhere in it, with the name taken from it ("" for the whole)."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((one.name, "") for one in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.module or "", one.name) for one in node.names)


def test_of_facturx_only_the_local_check_of_the_schema_is_used() -> None:
    found = {
        name
        for path in ROOT.rglob("*.py")
        for module, name in imported(path)
        if module.split(".")[0] == "facturx"
    }
    assert found == LOCAL


def test_nothing_in_billing_talks_to_a_server() -> None:
    found = {
        (path.name, module)
        for path in (ROOT / "billing").rglob("*.py")
        for module, _name in imported(path)
        if module.split(".")[0] in REMOTE
    }
    assert not found


def test_no_product_code_names_the_check_that_asks_a_server() -> None:
    named = [str(path) for path in ROOT.rglob("*.py") if "check_schematron" in path.read_text()]
    assert not named
