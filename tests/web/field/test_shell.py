"""The shell: small, the same for everybody, whole (S1-35; decision 0009)."""

from __future__ import annotations

import gzip
import json
import re

from django.test import Client

from paraph.web.field import shell
from tests.cast import Shop

BUDGET_BYTES = 150_000
SCREEN = re.compile(r'data-screen="([\w-]+)"')


def test_S1_35_the_shell_says_nothing_of_anybody_and_is_one_for_all(shop: Shop) -> None:
    stranger, member = Client(), Client()
    member.force_login(shop.tess.user)
    pages = {
        browser.get("/field/", headers={"Accept-Language": tongue}).content
        for browser, tongue in ((stranger, "en"), (member, "nl"), (stranger, "fr"))
    }
    assert len(pages) == 1
    text = pages.pop().decode()
    assert "csrf" not in text
    assert shop.organisation.name not in text


def test_S1_35_every_language_has_every_screen_once() -> None:
    parts = re.split(r'<template data-language="(\w+)">', shell.page())[1:]
    told = dict(zip(parts[::2], map(SCREEN.findall, parts[1::2]), strict=True))
    assert set(told) == {"en", "nl", "fr"}
    assert len({tuple(names) for names in told.values()}) == 1
    assert len(set(told["en"])) == len(told["en"])


def test_S1_35_all_that_a_phone_keeps_of_the_shell_fits_the_budget(client: Client) -> None:
    worker = client.get("/field/sw.js").content.decode()
    told = json.loads(worker.split("\n", 1)[0].removeprefix("const PARAPH=").removesuffix(";"))
    assert told["files"][0] == "/field/"
    names = [one.rsplit("/", 1)[1] for one in told["files"][1:]]
    built = [(shell.BUILT / name).read_bytes() for name in names]
    sent = [len(gzip.compress(one)) for one in (shell.page().encode(), worker.encode(), *built)]
    assert all(sent)
    assert sum(sent) < BUDGET_BYTES, sent


def test_S1_35_a_new_byte_is_a_new_version() -> None:
    before = shell.version()
    shell.version.cache_clear()
    original = shell._page
    try:
        shell._page = lambda: original() + " "  # type: ignore[assignment]
        assert shell.version() != before
    finally:
        shell._page = original
        shell.version.cache_clear()
    assert shell.version() == before


def test_S1_12_only_the_app_may_ask_where_the_phone_is(client: Client) -> None:
    assert "geolocation=(self)" in client.get("/field/")["Permissions-Policy"]
    assert "geolocation=()" in client.get("/sign-in/")["Permissions-Policy"]


def test_S1_34_the_manifest_makes_it_an_app(client: Client) -> None:
    told = client.get("/field/app.webmanifest").json()
    assert told["id"] == told["start_url"] == told["scope"] == "/field/"
    assert {one["sizes"] for one in told["icons"]} == {"192x192", "512x512"}
    for one in told["icons"]:
        assert (shell.BUILT / one["src"].rsplit("/", 1)[1]).read_bytes().startswith(b"\x89PNG")
