"""What Paraph is made of, and whether any of it is known to be vulnerable (security.md line 44).

The parts list (CycloneDX 1.6, JSON) is made from the lock files alone, so it needs no network and says the same on
every machine. The check for known vulnerabilities asks pip-audit and npm, which ask the network: where one of them
could not ask, that is said and the exit code is 2, never 0.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.provision import BIN, FRONTEND, REQUIREMENTS, ROOT, environment

PARTS_LIST = "paraph.cdx.json"
FORMAT = {"bomFormat": "CycloneDX", "specVersion": "1.6"}
# What is delivered, and what only builds and tests it.
LOCKS = {"base.txt": "required", "build.txt": "excluded", "dev.txt": "excluded"}
PIP_AUDIT = "pip-audit==2.9.0"
PATIENCE_SECONDS = 300
PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)([^\\\n]*)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
ALGORITHMS = {"sha512": "SHA-512", "sha256": "SHA-256", "sha1": "SHA-1", "sha384": "SHA-384"}
CLEAN, FOUND, UNKNOWN = 0, 1, 2


@dataclass(frozen=True)
class Outcome:
    """What one check said: its exit code, and a sentence."""

    code: int
    sentence: str


def parts(requirements: Path = REQUIREMENTS, frontend: Path = FRONTEND) -> dict[str, Any]:
    """The parts list as a JSON-able value, from the lock files; raises ValueError for one that cannot be read."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    components: dict[str, dict[str, Any]] = {}
    for name, scope in LOCKS.items():
        if (requirements / name).exists():
            for one in _python(requirements / name, scope):
                components.setdefault(one["bom-ref"], one)
    for one in _node(frontend / "package-lock.json"):
        components.setdefault(one["bom-ref"], one)
    itself = {
        "type": "application",
        "bom-ref": "paraph",
        "name": project["name"],
        "version": project["version"],
        "licenses": [{"license": {"id": project["license"]}}],
    }
    listed = sorted(components.values(), key=lambda one: one["bom-ref"])
    return {**FORMAT, "version": 1, "metadata": {"component": itself}, "components": listed}


def write(folder: Path) -> Path:
    """Write the parts list into a folder; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PARTS_LIST
    path.write_text(json.dumps(parts(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def vulnerabilities() -> Iterator[tuple[str, Outcome]]:
    """Ask about every delivered part; one outcome for Python and one for the front end."""
    lock = REQUIREMENTS / "base.txt"
    asked = [BIN / "uv", "tool", "run", "--from", PIP_AUDIT, "pip-audit", "--disable-pip", "--require-hashes"]
    yield "Python", of_pip_audit(*_run([*asked, "--format=json", "--progress-spinner=off", "-r", lock], ROOT))
    node = [BIN / "npm", "audit", "--json", "--loglevel=silent"]
    yield "front end", of_npm_audit(*_run(node, FRONTEND))


def of_pip_audit(code: int, said: str, trouble: str) -> Outcome:
    """Read pip-audit's answer. Anything but its own report means that nothing was checked."""
    told = _json(said)
    if not isinstance(told, dict) or not told.get("dependencies"):
        return Outcome(UNKNOWN, f"not checked: {_last(trouble)}")
    skipped = [one["name"] for one in told["dependencies"] if "skip_reason" in one]
    found = [
        f"{one['name']} {one['version']} ({', '.join(bad['id'] for bad in one['vulns'])})"
        for one in told["dependencies"]
        if one.get("vulns")
    ]
    if found:
        return Outcome(FOUND, "; ".join(found))
    if skipped or code:
        return Outcome(UNKNOWN, f"not checked: {', '.join(skipped) or _last(trouble)}")
    return Outcome(CLEAN, f"{len(told['dependencies'])} parts, none known to be vulnerable")


def of_npm_audit(code: int, said: str, trouble: str) -> Outcome:
    """Read npm's answer. An error, or no count of what was looked at, means that nothing was checked."""
    told = _json(said)
    counts = told.get("metadata", {}) if isinstance(told, dict) else {}
    if "vulnerabilities" not in counts or not counts.get("dependencies", {}).get("total"):
        why = told.get("message", "") if isinstance(told, dict) else ""
        return Outcome(UNKNOWN, f"not checked: {why or _last(trouble)}")
    if counts["vulnerabilities"]["total"] or code:
        return Outcome(FOUND, ", ".join(sorted(told.get("vulnerabilities", {}))) or f"npm ended with {code}")
    return Outcome(CLEAN, f"{counts['dependencies']['total']} parts, none known to be vulnerable")


def main() -> int:
    """Write the parts list, then check; the worst outcome is the exit code: 1 found, 2 could not be checked."""
    path = write(ROOT / "dist")
    print(f"parts list: {path.relative_to(ROOT)}, {len(json.loads(path.read_text())['components'])} parts")
    outcomes = []
    for name, outcome in vulnerabilities():
        print(f"{name}: {outcome.sentence}", flush=True)
        outcomes.append(outcome.code)
    return FOUND if FOUND in outcomes else max(outcomes)


def _python(lock: Path, scope: str) -> Iterator[dict[str, Any]]:
    text = lock.read_text("utf-8")
    pins = list(PIN.finditer(text))
    if not pins:
        raise ValueError(f"{lock.name} pins nothing")
    for pin, end in zip(pins, [*(one.start() for one in pins[1:]), len(text)], strict=True):
        name, version = re.sub(r"[-_.]+", "-", pin[1]).lower(), pin[2]
        hashes = sorted(HASH.findall(text[pin.end() : end]))
        if not hashes:
            raise ValueError(f"{lock.name} holds no hash of {name}")
        yield {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}@{version}",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{version}",
            "scope": scope,
            "hashes": [{"alg": "SHA-256", "content": one} for one in hashes],
        }


def _node(lock: Path) -> Iterator[dict[str, Any]]:
    for place, told in json.loads(lock.read_text("utf-8"))["packages"].items():
        if not place or told.get("link"):
            continue
        name, version = place.rpartition("node_modules/")[2], told["version"]
        algorithm, _, digest = told["integrity"].partition("-")
        purl = f"pkg:npm/{name.replace('@', '%40', 1)}@{version}"
        yield {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": version,
            "purl": purl,
            "scope": "excluded" if told.get("dev") else "required",
            "hashes": [{"alg": ALGORITHMS[algorithm], "content": base64.b64decode(digest).hex()}],
            **({"licenses": [{"expression": told["license"]}]} if told.get("license") else {}),
        }


def _run(command: list[Any], cwd: Path) -> tuple[int, str, str]:
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env={**environment(), "NO_COLOR": "1", "HOME": os.environ.get("HOME", str(ROOT))},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        return UNKNOWN, "", str(problem)
    return done.returncode, done.stdout, done.stderr


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _last(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "it said nothing")[
        :200
    ]


if __name__ == "__main__":
    sys.exit(main())
