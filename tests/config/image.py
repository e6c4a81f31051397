"""Reads a Dockerfile and compose files as far as tests need it; there need be no docker for that."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}|\$(\w+)")


@dataclass(frozen=True)
class Step:
    """One instruction of a Dockerfile: its word, the rest of its line, the stage it belongs to."""

    word: str
    rest: str
    stage: int

    @property
    def words(self) -> list[str]:
        """The rest as words, of either form."""
        return list(json.loads(self.rest)) if self.rest.startswith("[") else shlex.split(self.rest)


def steps(dockerfile: Path) -> list[Step]:
    """The instructions, with continued lines joined and comments left out."""
    lines = [line for line in dockerfile.read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    found, stage = [], -1
    for line in filter(None, map(str.strip, joined.splitlines())):
        word, _, rest = line.partition(" ")
        stage += word == "FROM"
        found.append(Step(word, " ".join(rest.split()), max(stage, 0)))
    return found


def environment(instructions: list[Step], stage: int) -> dict[str, str]:
    """What ENV sets in a stage."""
    pairs = [one.partition("=") for step in instructions for one in step.words if _sets(step, stage)]
    return {name: value for name, _, value in pairs}


def _sets(step: Step, stage: int) -> bool:
    return step.word == "ENV" and step.stage == stage


def compose(file: Path) -> dict[str, Any]:
    """A compose file, its anchors and merges resolved; raises for what is no YAML."""
    read: dict[str, Any] = yaml.safe_load(file.read_text())
    return read


def variables(value: Any) -> Iterator[tuple[str, str | None]]:
    """Every variable a compose file asks the caller's environment for, with its default; None: it must be given."""
    if isinstance(value, str):
        for name, kind, default, plain in VARIABLE.findall(value):
            yield name or plain, default if kind == "-" else None
    elif isinstance(value, dict):
        for one in value.values():
            yield from variables(one)
    elif isinstance(value, list):
        for one in value:
            yield from variables(one)


def filled(text: str, given: Mapping[str, str]) -> str:
    """A value with the caller's variables in it, as compose fills them in."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(4)
        return given.get(name) or (match.group(3) if match.group(2) == "-" else "")

    return VARIABLE.sub(value, text)
