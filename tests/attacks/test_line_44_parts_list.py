"""Line 44: the parts list names everything that is delivered, and a check that could not ask has not passed."""

from __future__ import annotations

import json
import re
from importlib import metadata
from pathlib import Path

import pytest

from scripts import audit
from scripts.audit import CLEAN, FOUND, UNKNOWN, Outcome


def test_line_44_every_locked_part_is_listed_with_its_hashes(repository: Path) -> None:
    listed = {one["purl"]: one for one in audit.parts()["components"]}
    lock = (repository / "requirements/base.txt").read_text("utf-8")
    pinned = re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, flags=re.MULTILINE)
    assert len(pinned) > 20
    for name, version in pinned:
        one = listed[f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}"]
        assert one["scope"] == "required"
        assert all(len(found["content"]) == 64 for found in one["hashes"])
    node = json.loads((repository / "frontend/package-lock.json").read_text("utf-8"))["packages"]
    htmx = node["node_modules/htmx.org"]["version"]
    assert listed[f"pkg:npm/htmx.org@{htmx}"]["scope"] == "required"
    assert len([key for key in listed if key.startswith("pkg:npm/")]) == len(
        {(key.rpartition("node_modules/")[2], one["version"]) for key, one in node.items() if key}
    )


def test_line_44_what_the_product_declares_and_has_installed_is_in_the_list(repository: Path) -> None:
    listed = {one["name"]: one["version"] for one in audit.parts()["components"] if "pypi" in one["purl"]}
    declared = (repository / "requirements/base.in").read_text("utf-8")
    names = re.findall(r"^([A-Za-z][\w.-]*)", declared, flags=re.MULTILINE)
    for name in (re.sub(r"[-_.]+", "-", one).lower() for one in names):
        assert metadata.version(name) == listed[name], f"{name} is installed in another version than listed"


def test_line_44_the_list_is_well_formed_and_the_same_each_time(tmp_path: Path) -> None:
    first, second = (audit.write(tmp_path / name) for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
    told = json.loads(first.read_text("utf-8"))
    assert (told["bomFormat"], told["specVersion"], told["version"]) == ("CycloneDX", "1.6", 1)
    references = [one["bom-ref"] for one in told["components"]]
    assert len(set(references)) == len(references)
    assert told["metadata"]["component"]["name"] == "paraph"


def test_line_44_a_lock_without_hashes_or_pins_makes_no_list(tmp_path: Path, repository: Path) -> None:
    for text in ("django==5.2\n", "# nothing\n"):
        (tmp_path / "base.txt").write_text(text)
        with pytest.raises(ValueError, match=r"base\.txt"):
            audit.parts(tmp_path, repository / "frontend")


GOOD = json.dumps({"dependencies": [{"name": "django", "version": "5.2", "vulns": []}]})
BAD = json.dumps({"dependencies": [{"name": "django", "version": "5.2", "vulns": [{"id": "CVE-1"}]}]})
SKIPPED = json.dumps({"dependencies": [{"name": "django", "skip_reason": "no answer"}]})
SOME = json.dumps({"metadata": {"vulnerabilities": {"total": 0}, "dependencies": {"total": 7}}})
NONE_SEEN = json.dumps({"metadata": {"vulnerabilities": {"total": 0}, "dependencies": {"total": 0}}})
WORSE = json.dumps(
    {
        "metadata": {"vulnerabilities": {"total": 1}, "dependencies": {"total": 7}},
        "vulnerabilities": {"esbuild": {}},
    }
)


@pytest.mark.parametrize(
    ("code", "said", "outcome"),
    [
        (0, GOOD, CLEAN),
        (1, BAD, FOUND),
        (0, BAD, FOUND),
        (0, SKIPPED, UNKNOWN),
        (1, GOOD, UNKNOWN),
        (0, "", UNKNOWN),
        (0, '{"dependencies": []}', UNKNOWN),
        (1, "no network", UNKNOWN),
        (0, "[]", UNKNOWN),
    ],
)
def test_line_44_python_parts_pass_only_when_each_was_asked_about(code: int, said: str, outcome: int) -> None:
    assert audit.of_pip_audit(code, said, "no network\n").code == outcome


@pytest.mark.parametrize(
    ("code", "said", "outcome"),
    [
        (0, SOME, CLEAN),
        (1, WORSE, FOUND),
        (0, NONE_SEEN, UNKNOWN),
        (1, '{"message": "405 Method Not Allowed"}', UNKNOWN),
        (0, "{}", UNKNOWN),
        (0, "", UNKNOWN),
        (1, SOME, FOUND),
    ],
)
def test_line_44_front_end_parts_pass_only_when_they_were_looked_at(
    code: int, said: str, outcome: int
) -> None:
    assert audit.of_npm_audit(code, said, "").code == outcome


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ((CLEAN, CLEAN), 0),
        ((CLEAN, UNKNOWN), 2),
        ((FOUND, UNKNOWN), 1),
        ((UNKNOWN, FOUND), 1),
        ((UNKNOWN, UNKNOWN), 2),
    ],
)
def test_line_44_the_command_ends_well_only_when_everything_was_checked(
    outcomes: tuple[int, int], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = audit.write(tmp_path / "dist")
    monkeypatch.setattr(audit, "ROOT", tmp_path)
    monkeypatch.setattr(audit, "write", lambda folder: written)
    monkeypatch.setattr(audit, "vulnerabilities", lambda: (("x", Outcome(one, "told")) for one in outcomes))
    assert audit.main() == code


def test_line_44_where_no_program_can_be_started_nothing_has_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "BIN", Path("/nonexistent"))
    assert {outcome.code for _, outcome in audit.vulnerabilities()} == {UNKNOWN}
