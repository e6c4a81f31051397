"""Dangers that settings, names, secrets and files show by themselves, each as (level, sentence). Asks nobody."""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import connection

from paraph.lib import home
from paraph.lib.environment import FILE
from paraph.operate import scratch, startup

FAULT, WARNING, NOTE = "fault", "warning", "note"
Peril = tuple[str, str]

LOCAL = {"localhost", "127.0.0.1", "::1", ""}
# Passwords that stand in examples everywhere, ours among them.
KNOWN = {
    "password", "passwort", "wachtwoord", "secret", "changeme", "change-me", "change_me", "postgres", "paraph", "admin",
    "root", "user", "test", "example", "letmein", "qwerty", "123456", "12345678", "123456789", "minioadmin", "token",
}  # fmt: skip
LEAST_PASSWORD = 12
NO_PROXY = """\
PARAPH_ORIGIN is https, so a proxy is in front of Paraph, but PARAPH_PROXIES names none: evidence then names the \
proxy's address as the customer's, and all visitors share one rate limit. Name the proxy's address"""
# Networks wider than this hold strangers, whoever owns the proxies: bits, by version of the protocol.
NARROWEST = {4: 8, 6: 16}
LEAST_KEY = 32
# A random key of 32 bytes has about 30 different ones.
LEAST_DIFFERENT = 12
# Containers mount secrets there, readable by everybody in the container.
MOUNTED = Path("/run/secrets")
OURS = re.compile(r"(PARAPH|SMTP|DATABASE)_[A-Z0-9_]+")
QUOTED = re.compile(r"""["']((?:PARAPH|SMTP)_[A-Z0-9_]+|DATABASE_URL)["']""")
SECRET = re.compile(r"""secret\(\s*["']([A-Z0-9_]+)["']""")
TESTS = "PARAPH_TEST_"


def of_settings() -> Iterator[Peril]:
    """Doors that are open."""
    origin = urlsplit(settings.PARAPH_ORIGIN)
    if settings.DEBUG:
        yield FAULT, "DEBUG is on: error pages show code, settings and values; turn it off"
    if settings.PARAPH_DEMO and not is_local(settings.PARAPH_ORIGIN):
        yield FAULT, "PARAPH_DEMO lets anybody sign in as the manager; unset it"
    if not settings.PARAPH_DEMO and (settings.PARAPH_DATA / scratch.NOTE).exists():
        yield FAULT, "PARAPH_DATA holds a demo, whose past was played with false times; name another folder"
    if "*" in settings.ALLOWED_HOSTS:
        yield FAULT, "ALLOWED_HOSTS lets any name through, so links in mails could lead elsewhere; name yours"
    if origin.scheme == "https" and not settings.PARAPH_PROXIES:
        yield WARNING, NO_PROXY
    for one in settings.PARAPH_PROXIES:
        network = ipaddress.ip_network(one, strict=False)
        if network.prefixlen < NARROWEST[network.version]:
            yield FAULT, f"PARAPH_PROXIES is {one}, so anybody can claim any address; name your proxy alone"
    yield from _mail()
    token = settings.PARAPH_METRICS_TOKEN
    if token and len(set(token)) < LEAST_DIFFERENT - 2:
        yield (
            FAULT,
            "PARAPH_METRICS_TOKEN is no random one, so it can be guessed; make one: openssl rand -hex 32",
        )
    workers = os.environ.get("PARAPH_WORKERS", "1")
    if not workers.isdecimal() or not int(workers):
        yield FAULT, f"PARAPH_WORKERS is {workers!r}; it must be a whole number above 0"


def _mail() -> Iterator[Peril]:
    """Passwords and links that travel to and from the mail servers for everybody to read."""
    bare = not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL)
    if bare and not is_near(urlsplit(f"//{settings.EMAIL_HOST}").hostname or ""):
        if settings.EMAIL_HOST_PASSWORD:
            yield FAULT, "The password of the mail server is sent in clear; set SMTP_STARTTLS or SMTP_TLS"
        else:
            yield (
                WARNING,
                f"Mails, with their links to sign, go to {settings.EMAIL_HOST} in clear; set SMTP_STARTTLS",
            )
    mailbox = urlsplit(settings.PARAPH_BOUNCES)
    if mailbox.scheme == "imap" and not is_near(mailbox.hostname or ""):
        yield FAULT, "The password in PARAPH_BOUNCES is sent in clear; use imaps://"


def of_way_to_database() -> Iterator[Peril]:
    """Whether what is signed travels to the database for everybody to read. Asks the database."""
    host = connection.settings_dict.get("HOST") or ""
    if connection.vendor != "postgresql" or host.startswith("/") or is_near(host):
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        if cursor.fetchone() != (True,):
            yield WARNING, f"The way to the database at {host} is not encrypted; add ?sslmode=verify-full"


def of_names(environment: Mapping[str, str]) -> Iterator[Peril]:
    """Variables that look like ours and are not: usually a slip of the pen."""
    known, secret = names()
    for name in sorted(environment):
        if not OURS.fullmatch(name) or name in known or name.startswith(TESTS):
            continue
        if name.endswith(FILE) and name.removesuffix(FILE) in secret:
            continue
        near = difflib.get_close_matches(name, sorted(known), 1, 0.6)
        yield (
            WARNING,
            f"{name} is no setting of this version" + (f"; did you mean {near[0]}?" if near else ""),
        )


@cache
def names() -> tuple[frozenset[str], frozenset[str]]:
    """All settings that the source names, and those of them that may stand in a file."""
    text = "\n".join(one.read_text(encoding="utf-8") for one in Path(settings.PACKAGE).rglob("*.py"))
    return frozenset(QUOTED.findall(text)), frozenset(SECRET.findall(text))


def of_secrets(environment: Mapping[str, str]) -> Iterator[Peril]:
    """Passwords that anybody would try, and files of secrets that others can read."""
    database = connection.settings_dict
    given = {
        "DATABASE_URL": (database.get("PASSWORD") or "", database.get("USER") or ""),
        "SMTP_PASSWORD": (settings.EMAIL_HOST_PASSWORD, settings.EMAIL_HOST_USER),
        "PARAPH_BOUNCES": (_decoded("password"), _decoded("username")),
        "PARAPH_S3_SECRET": (settings.PARAPH_FILES.get("secret", ""), settings.PARAPH_FILES.get("key", "")),
    }
    for name, (password, whose) in given.items():
        if password and (password.lower() in KNOWN or password == whose):
            yield FAULT, f"The password in {name} is one that anybody tries first; choose a random one"
        elif password and len(password) < LEAST_PASSWORD:
            yield (
                WARNING,
                f"The password in {name} is short; choose a random one of {LEAST_PASSWORD} characters or more",
            )
    for name in sorted(names()[1]):
        path = Path(environment.get(f"{name}{FILE}") or "/dev/null")
        if path.is_file() and path.stat().st_mode & 0o077 and not path.resolve().is_relative_to(MOUNTED):
            yield WARNING, f"Others can read the secret in {path} ({name}{FILE}); run: chmod 600 {path}"


def _decoded(part: str) -> str:
    return unquote(getattr(urlsplit(settings.PARAPH_BOUNCES), part) or "")


def of_modes() -> Iterator[Peril]:
    """Folders and files that others can read or write."""
    folder = home.folder()
    if folder.stat().st_mode & 0o022:
        yield (
            FAULT,
            f"Others can write into {folder}, and so replace keys and files; run: chmod go-w {folder}",
        )
    for path in (folder / "keys", folder / "blobs", folder / "mail"):
        if path.is_dir() and path.stat().st_mode & 0o077:
            yield (
                (FAULT if path.name == "keys" else WARNING),
                f"Others can look into {path}; run: chmod 700 {path}",
            )
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        if path.is_file() and path.stat().st_mode & 0o077:
            yield FAULT, f"Others can read the database; run: chmod 600 {path}"


def of_keys() -> Iterator[Peril]:
    """Keys that were not made by chance."""
    for path in sorted(home.keys().glob("*.key*")):
        if not startup.is_secret(path) or path.suffix == ".pem":
            continue
        content = path.read_bytes()
        texts = content.split() if path.suffix == ".keys" or path.name == "django.key" else [content]
        for text in texts:
            least = LEAST_DIFFERENT if text is content else LEAST_DIFFERENT - 2  # hex has 16 different signs
            if len(text) < LEAST_KEY or len(set(text)) < least:
                yield FAULT, f"{path.name} is no random key, so it can be guessed; it was not made by Paraph"
                break


def is_near(host: str) -> bool:
    """Whether a host is this machine, or one beside it: a private address, or a name without a domain (a container)."""
    try:
        return host in LOCAL or ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host


def is_local(url: str) -> bool:
    """Whether an address is of this machine alone."""
    return (urlsplit(url).hostname or "") in LOCAL
