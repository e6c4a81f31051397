"""What the wheel needs beyond Python files: the built front end, translations, the list of dependencies."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

BUILT = "paraph/web/shared/static/built"
EXPECTED = ("portal.js", "office.js", "style.css")
LIST = "requirements/base.in"


class Dependencies(MetadataHookInterface):
    """Reads the dependencies from the file that the lock is made from."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set `dependencies` from the lines that are not comments."""
        lines = (Path(self.root) / LIST).read_text(encoding="utf-8").splitlines()
        metadata["dependencies"] = [line.strip() for line in lines if line.strip() and line[0] != "#"]


class FrontEndAndMessages(BuildHookInterface[Any]):
    """Builds scripts, styles and catalogues, and refuses to make a package without them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what node can build; raise RuntimeError if the front end is missing at the end."""
        if version == "editable":
            return
        root = Path(self.root)
        node = shutil.which("node", path=_path())
        if node and (root / "frontend/src").is_dir():
            _build(node, root)
        missing = [name for name in EXPECTED if not (root / BUILT / name).is_file()]
        if missing:
            raise RuntimeError(
                f"{', '.join(missing)} not built: run `make check` first, or put node 24 on the PATH."
            )
        subprocess.run(
            [sys.executable, "-m", "scripts.messages", "compile"],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            check=True,
        )


def _path() -> str:
    beside = Path(sys.executable).parent
    return f"{beside}{os.pathsep}{os.environ.get('PATH', os.defpath)}"


def _build(node: str, root: Path) -> None:
    frontend = root / "frontend"
    env = {**os.environ, "PATH": _path()}
    if not (frontend / "node_modules/esbuild").is_dir():
        npm = shutil.which("npm", path=_path())
        if npm is None:
            return
        subprocess.run([npm, "ci", "--loglevel=error"], cwd=frontend, env=env, check=True)
    subprocess.run([node, "build.mjs"], cwd=frontend, env=env, check=True)
