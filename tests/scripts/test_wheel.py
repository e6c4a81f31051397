"""`pip install` of the wheel gives the same product as the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built once for this module."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("paraph-*.whl")
    return built


def test_the_wheel_holds_the_front_end_the_translations_and_the_typst_templates(
    wheel: Path, repository: Path
) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    built = {"paraph/web/shared/static/built/" + name for name in ("portal.js", "office.js", "style.css")}
    assert built <= names
    assert {f"paraph/locale/{language}/LC_MESSAGES/django.mo" for language in ("nl", "fr")} <= names
    assert any(name.startswith("paraph/sealing/templates/") for name in names)
    assert any(name.startswith("paraph/sealing/fonts/") for name in names)
    assert not [name for name in names if name.endswith((".map", ".ts")) or name.startswith("tests/")]


def test_the_wheel_names_its_dependencies_and_its_licence(wheel: Path) -> None:
    metadata = zipfile.ZipFile(wheel).read("paraph-0.1.0.dist-info/METADATA").decode()
    assert "Requires-Dist: django<5.3,>=5.2" in metadata
    assert "License-Expression: Apache-2.0" in metadata
    assert "Requires-Python: >=3.11" in metadata


def test_the_installed_wheel_runs_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (site,) = venv.glob("lib/python*/site-packages")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(venv / "bin/python")]
    subprocess.run([*pip, "install", "--quiet", "--no-index", "--no-deps", str(wheel)], check=True)
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    env = {"PATH": os.defpath, "PARAPH_DATA": str(tmp_path / "data"), "HOME": str(tmp_path)}
    told = subprocess.run(
        [venv / "bin/paraph", "--help"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    assert "serve" in told.stdout
    where = "import paraph; print(paraph.__file__)"
    from_wheel = subprocess.run(
        [venv / "bin/python", "-c", where], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    assert from_wheel.stdout.startswith(str(venv))
