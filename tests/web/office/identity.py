"""A real identity provider beside the tests: the npm package oidc-provider, in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from pytest_django.fixtures import Settings

from paraph.config.single_sign_on import providers
from paraph.people.single_sign_on import SingleSignOn

FRONTEND = Path(__file__).resolve().parents[3] / "frontend"
NODE = Path(sys.executable).parent / "node"


@contextmanager
def provider(*redirects: str) -> Iterator[str]:
    """Start one; give its address; end it."""
    assert (FRONTEND / "node_modules/oidc-provider").exists(), "run `python3 scripts/dev.py setup`"
    command = [str(NODE), "identity-provider.mjs", *redirects]
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=FRONTEND, text=True, stdin=pipe, stdout=pipe, stderr=nothing
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline().strip()
            assert line.startswith("http://localhost:"), line
            yield line
        finally:
            # `node` of the virtual environment is a launcher: killing it would leave the provider behind.
            process.communicate(timeout=20)


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """A provider that knows the address of Django's test client."""
    with provider("http://testserver/sign-in/sso/callback/") as address:
        yield address


@pytest.fixture
def trust(settings: Settings) -> Callable[..., SingleSignOn]:
    """`trust(issuer, **changes)` configures single sign-on as the environment would."""

    def configure(address: str, **changes: Any) -> SingleSignOn:
        found = SingleSignOn("Corp", address, "paraph", "a secret of the tests")
        settings.PARAPH_OIDC = replace(found, **changes)
        settings.SOCIALACCOUNT_PROVIDERS = providers(settings.PARAPH_OIDC)
        chosen: SingleSignOn = settings.PARAPH_OIDC
        return chosen

    return configure


def confirm(address: str, claims: dict[str, Any], *, refuse: bool = False) -> str:
    """Go where Paraph sent the browser, sign in there, and return where the provider sends it back to."""
    browser = requests.Session()
    page = browser.get(address, timeout=10)
    assert page.status_code == 200, page.text
    form = re.search(r'action="([^"]+)"', page.text)
    assert form, page.text
    told = {"claims": json.dumps(claims)} | ({"no": "1"} if refuse else {})
    there = browser.post(urljoin(page.url, form[1]), told, timeout=10, allow_redirects=False)
    while "testserver" not in there.headers["Location"]:
        onward = urljoin(there.url, there.headers["Location"])
        there = browser.get(onward, timeout=10, allow_redirects=False)
    return str(there.headers["Location"])
