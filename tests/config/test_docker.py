"""Dockerfile and compose files, as far as they can be proven without docker: read, and their commands carried out.

Nothing here builds an image. With PARAPH_TEST_IMAGE=1 the packages are really installed, from the registry; without,
the scratch environments borrow those of the tests, whose versions are compared with the locks.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from paraph.config import cli
from tests.config import image
from tests.config.image import Step
from tests.delivery.mail_server import free_port

FILES = ("compose.yaml", "compose.postgres.yaml")
FINAL = 1
# What an image sets for Python and pip; everything else must be a setting of Paraph.
NOT_OURS = {
    "PATH",
    "PYTHONUNBUFFERED",
    "PYTHONDONTWRITEBYTECODE",
    "PIP_DISABLE_PIP_VERSION_CHECK",
    "PIP_NO_CACHE_DIR",
}
SECRET = re.compile(r"PASSWORD|TOKEN|DATABASE_URL")
REALLY = os.environ.get("PARAPH_TEST_IMAGE") == "1"
CACHE = os.environ.get("PYTHONPYCACHEPREFIX", "")
# Borrowed packages were compiled before; an image has its own, compiled when they were installed.
BORROWED = {"PYTHONPYCACHEPREFIX": CACHE, "PYTHONDONTWRITEBYTECODE": "1"} if CACHE and not REALLY else {}


@pytest.fixture(scope="module")
def dockerfile(repository: Path) -> list[Step]:
    return image.steps(repository / "Dockerfile")


@pytest.fixture(scope="module")
def settings_known(repository: Path) -> set[str]:
    """The settings the documentation lists, which another test compares with those that are read."""
    return set(re.findall(r"`([A-Z][A-Z0-9_]+)`", (repository / "docs/operate/configuration.md").read_text()))


@pytest.fixture(params=FILES)
def composed(request: pytest.FixtureRequest, repository: Path) -> dict[str, Any]:
    return image.compose(repository / request.param)


def ours(services: dict[str, Any]) -> dict[str, Any]:
    """The services that run Paraph."""
    return {name: one for name, one in services.items() if one["image"].startswith("paraph:")}


# --- the image ----------------------------------------------------------------------------------------------------


def test_everything_that_is_copied_exists_and_reaches_the_builder(
    dockerfile: list[Step], repository: Path
) -> None:
    sent = {
        line[1:] for line in (repository / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    copied = [
        one
        for step in dockerfile
        if step.word == "COPY" and "--from" not in step.rest
        for one in step.words[:-1]
    ]
    assert len(copied) > 8
    for one in copied:
        assert (repository / one).exists(), one
        assert one.split("/")[0] in sent, f"{one} is not sent to the builder"
    assert sent == {one.split("/")[0] for one in copied}, "sent to the builder for nothing"


def test_the_final_image_has_an_ordinary_user_and_nothing_to_build_with(dockerfile: list[Step]) -> None:
    last = [step for step in dockerfile if step.stage == FINAL]
    (user,) = (step.rest for step in last if step.word == "USER")
    assert int(user) >= 1000
    run = " ".join(step.rest for step in last if step.word == "RUN")
    assert not re.search(r"pip|apt|npm|curl|hatch|chmod 7", run)
    (copied,) = (step.rest for step in last if step.word == "COPY")
    assert copied == "--from=build /opt/paraph /opt/paraph"
    built = " ".join(step.rest for step in dockerfile if step.stage == 0 and step.word == "RUN")
    assert "pip uninstall --yes uv pip" in built
    assert built.count("--require-hashes") == 2
    assert [step.rest for step in dockerfile if step.word == "FROM"] == [
        "python:${PYTHON} AS build",
        "python:${PYTHON}",
    ]


def test_the_image_sets_only_what_paraph_knows_and_its_ports_agree(
    dockerfile: list[Step], settings_known: set[str]
) -> None:
    told = image.environment(dockerfile, FINAL)
    assert set(told) - NOT_OURS <= settings_known
    assert not any(SECRET.search(name) for name in told), "a secret would be in every copy of the image"
    (exposed,) = (step.rest for step in dockerfile if step.word == "EXPOSE")
    assert exposed == told["PARAPH_PORT"]
    (volume,) = (step.rest for step in dockerfile if step.word == "VOLUME")
    assert volume == told["PARAPH_DATA"]


def test_the_image_starts_with_commands_that_exist(dockerfile: list[Step]) -> None:
    (entry,) = (step.words for step in dockerfile if step.word == "ENTRYPOINT")
    (command,) = (step.words for step in dockerfile if step.word == "CMD")
    assert entry == ["paraph"]
    cli._parser().parse_args(command)
    (health,) = (step.rest for step in dockerfile if step.word == "HEALTHCHECK")
    assert '["python", "-m", "paraph.config.probe", "/readyz?serving"]' in health


# --- compose ------------------------------------------------------------------------------------------------------


def test_every_setting_is_one_that_paraph_knows(composed: dict[str, Any], settings_known: set[str]) -> None:
    for name, one in ours(composed["services"]).items():
        told = {re.sub(r"_FILE$", "", key) for key in one["environment"]}
        assert told <= settings_known, name
        assert told


def test_every_command_is_one_that_paraph_understands(composed: dict[str, Any]) -> None:
    commands = [one["command"] for one in ours(composed["services"]).values()]
    for words in commands:
        cli._parser().parse_args(words)
    assert ["migrate"] in commands
    assert ["serve"] in commands


def test_nothing_of_paraph_runs_before_the_migrations_are_done(composed: dict[str, Any]) -> None:
    for name, one in ours(composed["services"]).items():
        waits = one.get("depends_on", {})
        if name == "migrate":
            assert one["restart"] == "no"
            assert one["healthcheck"] == {"disable": True}
        else:
            assert waits["migrate"] == {"condition": "service_completed_successfully"}
            assert int(one["stop_grace_period"].rstrip("s")) > 25
        assert set(waits) <= set(composed["services"])


def test_everything_named_is_declared_and_every_file_exists(
    composed: dict[str, Any], repository: Path
) -> None:
    for one in composed["services"].values():
        for mount in one.get("volumes", []):
            source = mount.split(":")[0]
            there = (
                (repository / source).is_file() if source.startswith("./") else source in composed["volumes"]
            )
            assert there, mount
        assert set(one.get("secrets", [])) <= set(composed.get("secrets", {}))
        assert set(one.get("networks", {})) <= set(composed.get("networks", {}))
        for key, value in one["environment"].items():
            if key.endswith("_FILE"):
                assert value.removeprefix("/run/secrets/") in one["secrets"]
    used = {mount.split(":")[0] for one in composed["services"].values() for mount in one.get("volumes", [])}
    assert set(composed["volumes"]) <= used


def test_paraph_has_nothing_it_does_not_need(composed: dict[str, Any], dockerfile: list[Step]) -> None:
    told = image.environment(dockerfile, FINAL)
    for one in ours(composed["services"]).values():
        assert (one["read_only"], one["cap_drop"]) == (True, ["ALL"])
        assert one["security_opt"] == ["no-new-privileges:true"]
        assert one["tmpfs"] == ["/tmp"]
        assert f"data:{told['PARAPH_DATA']}" in one["volumes"]
        for port in one.get("ports", []):
            assert port.startswith("127.0.0.1:"), "only a proxy may be reached from outside"
            assert port.rsplit(":", 1)[1] == told["PARAPH_PORT"]


def test_no_secret_stands_in_a_file_that_is_committed(composed: dict[str, Any], repository: Path) -> None:
    assert "/secrets/" in (repository / ".gitignore").read_text().splitlines()
    for one in composed["services"].values():
        for key, value in one["environment"].items():
            if SECRET.search(key) and not key.endswith("_FILE"):
                assert value == f"${{{key}:-}}"


def test_the_proxy_is_the_one_that_is_believed_and_knows_where_paraph_is(
    repository: Path, dockerfile: list[Step]
) -> None:
    read = image.compose(repository / "compose.postgres.yaml")
    (subnet,) = (one["subnet"] for one in read["networks"]["inside"]["ipam"]["config"])
    caddy = read["services"]["caddy"]["networks"]["inside"]["ipv4_address"]
    believed = {one["environment"]["PARAPH_PROXIES"] for one in ours(read["services"]).values()}
    assert believed == {caddy}
    assert ip_address(caddy) in ip_network(subnet)
    lines = (repository / "deploy/Caddyfile").read_text()
    port = image.environment(dockerfile, FINAL)["PARAPH_PORT"]
    served = {f"{name}:{port}" for name, one in ours(read["services"]).items() if one["command"] == ["serve"]}
    (targets,) = re.findall(r"reverse_proxy (.+) \{", lines)
    assert set(targets.split()) == served
    assert len(served) > 1, "one must answer while the other is replaced"
    assert "health_uri /readyz?serving" in lines
    assert not re.search(r"^\s*log\b", lines, re.MULTILINE), "addresses below /s/ hold keys"


@pytest.mark.parametrize("file", FILES)
def test_the_settings_of_the_compose_files_are_accepted(file: str, repository: Path, tmp_path: Path) -> None:
    """With nothing given but what must be, and secrets in files."""
    read = image.compose(repository / file)
    given = {
        name: "sign.example.com" for name, default in image.variables(read["services"]) if default is None
    }
    service = next(iter(ours(read["services"]).values()))
    told = {key: image.filled(str(value), given) for key, value in service["environment"].items()}
    secrets = {"database_url": f"sqlite:///{tmp_path}/x.sqlite3", "metrics_token": "t" * 32}
    for name, value in secrets.items():
        (tmp_path / name).write_text(value + "\n")
    told = {key: value.replace("/run/secrets", str(tmp_path)) for key, value in told.items()}
    program = (
        "import django; django.setup(); from django.conf import settings as s; print(s.DEFAULT_FROM_EMAIL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={
            "PATH": os.defpath,
            "PARAPH_DATA": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "paraph.config.settings",
            **told,
        },
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "paraph@" in done.stdout


# --- what the image would do --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(
    dockerfile: list[Step], repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A folder in the place of the image's root, in which the build stage was carried out."""
    root = tmp_path_factory.mktemp("image")
    (source := root / "src").mkdir()
    for step in dockerfile:
        if step.stage == 0 and step.word == "COPY":
            *names, target = step.words
            for name in names:
                _copy(repository / name, source / target)
        elif step.stage == 0 and step.word == "RUN":
            for command in step.rest.split("&&"):
                _carry_out(command.strip(), root)
    yield root
    if BORROWED:
        shutil.rmtree(f"{CACHE}{root}", ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        ignored = shutil.ignore_patterns("node_modules", "built", "__pycache__", "*.mo")
        shutil.copytree(source, target, ignore=ignored, dirs_exist_ok=True)
        return
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def _carry_out(command: str, root: Path) -> None:
    """One command of the build stage, with the image's places moved below `root`."""
    if "-m venv" in command:
        place = command.split()[-1]
        flags = [] if REALLY else ["--system-site-packages"]
        subprocess.run([sys.executable, "-m", "venv", *flags, f"{root}{place}"], check=True)
        return
    if "--require-hashes" in command and not REALLY:
        place, lock = re.findall(r"(/\w+(?:/\w+)?)/bin/pip install --require-hashes -r (\S+)", command)[0]
        _compare(root / "src" / lock)
        (site,) = Path(f"{root}{place}").glob("lib/python*/site-packages")
        (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
        # node came with its package, and is found beside the interpreter.
        for tool in ("node", "npm"):
            (Path(f"{root}{place}") / "bin" / tool).symlink_to(Path(sys.executable).parent / tool)
        return
    moved = re.sub(r"(?<![\w./-])(/(?:build|opt/paraph|dist|src)\b)", rf"{root}\1", command)
    moved = moved.replace("uninstall --yes uv pip", "--version") if not REALLY else moved
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PARAPH_", "DJANGO_", "PYTHON"))
    } | BORROWED
    done = subprocess.run(
        ["/bin/sh", "-c", moved], cwd=root / "src", env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{moved}\n{done.stdout}\n{done.stderr}"


def _compare(lock: Path) -> None:
    """That every package of a lock has hashes, and that the one here is the one locked."""
    entries = re.split(r"\n(?=\S)", lock.read_text())
    assert len(entries) > 3
    for entry in entries:
        assert "--hash=sha256:" in entry, entry[:60]
        name, version = re.findall(r"^([\w.\[\],-]+)==([^\s;\\]+)", entry)[0]
        if ";" not in entry.partition("\\")[0]:
            assert importlib.metadata.version(name.partition("[")[0]) == version, name


@pytest.fixture
def container(built: Path, dockerfile: list[Step], tmp_path: Path) -> dict[str, str]:
    """The environment of the final image, its data in a fresh folder and its port a free one."""
    told = image.environment(dockerfile, FINAL)
    (tmp_path / "data").mkdir()
    told |= {
        "PATH": told["PATH"].replace("/opt/paraph", f"{built}/opt/paraph").replace("$PATH", os.defpath),
        "PARAPH_DATA": str(tmp_path / "data"),
        "PARAPH_PORT": str(free_port()),
        "HOME": "/nonexistent",
    }
    return {key: value for key, value in told.items() if not key.startswith("PIP_")} | BORROWED


@pytest.mark.slow
def test_what_the_image_would_run_migrates_serves_and_is_healthy(
    container: dict[str, str], built: Path, dockerfile: list[Step], tmp_path: Path
) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        found = shutil.which(words[0], path=container["PATH"])
        assert found is not None
        assert found.startswith(str(built))
        return subprocess.run(
            [found, *words[1:]], env=container, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    where = run("python", "-c", "import paraph; print(paraph.__file__)").stdout
    assert where.startswith(str(built)), "it must be the wheel that runs"
    (health,) = (step for step in dockerfile if step.word == "HEALTHCHECK")
    probe = list(Step("CMD", health.rest.partition(" CMD ")[2], FINAL).words)
    assert run(*probe).returncode == 1, "nobody serves yet"
    assert run("paraph", "migrate").returncode == 0
    server = subprocess.Popen(
        [shutil.which("paraph", path=container["PATH"]) or "", "serve"],
        env=container,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until = time.monotonic() + 120
        while (asked := run(*probe)).returncode != 0 and time.monotonic() < until:
            time.sleep(0.5)
        assert asked.returncode == 0, asked.stdout
        while run(*probe[:-1], "/readyz").returncode != 0 and time.monotonic() < until:
            time.sleep(0.5)
        ready = run(*probe[:-1], "/readyz")
        assert '"worker": {"status": "ok"' in ready.stdout, ready.stdout
    finally:
        server.terminate()
        _, said = server.communicate(timeout=60)
    assert server.returncode == 0
    # Lines of JSON, as PARAPH_LOG of the image says.
    assert all(line.startswith("{") for line in said.splitlines()), said
