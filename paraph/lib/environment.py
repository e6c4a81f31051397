"""Reading settings from the environment, before Django is there: each reader refuses what it cannot read.

A secret may be given in a file instead, under the same name with `_FILE` behind it, so that it stands in no process
list, no compose file and no crash report.
"""

from __future__ import annotations

import os
import re
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult

from cryptography import x509
from django.core.exceptions import ImproperlyConfigured

FILE = "_FILE"
# A secret is a word or an address; a longer file is another file.
MAX_SECRET_BYTES = 64 * 1024
MOST_PORT = 65_535
ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")


def secret(name: str, default: str = "") -> str:
    """The value of `name`, or the content of the file that `name`_FILE names, without the line end behind it.

    Raises ImproperlyConfigured when both are set, or when the file cannot be read, is empty or is no text. An empty
    variable counts as not set.
    """
    value, path = os.environ.get(name, ""), os.environ.get(f"{name}{FILE}", "")
    if value and path:
        raise ImproperlyConfigured(f"{name} and {name}{FILE} are both set: keep one of them")
    return _content(f"{name}{FILE}", Path(path)) if path else value or default


def flag(name: str) -> bool:
    """A setting that is 0 or 1 (or true, false, yes, no); 0 when it is not set."""
    value = os.environ.get(name, "0").lower()
    if value not in {"0", "1", "true", "false", "yes", "no"}:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be 0 or 1")
    return value in {"1", "true", "yes"}


def number(name: str, default: int) -> int:
    """A setting that is a whole number."""
    try:
        return int(os.environ.get(name, default))
    except ValueError as problem:
        raise ImproperlyConfigured(f"{name} must be a whole number") from problem


def port(name: str, default: int) -> int:
    """A setting that is the number of a port."""
    found = number(name, default)
    if not 1 <= found <= MOST_PORT:
        raise ImproperlyConfigured(f"{name} is {found}; a port is a number from 1 to {MOST_PORT}")
    return found


def is_bare(address: SplitResult) -> bool:
    """Whether an address is scheme, host and port alone."""
    try:
        whole = address.hostname and (address.port is None or address.port > 0)
    except ValueError:
        return False
    return bool(whole) and not (
        address.path or address.query or address.fragment or address.username or address.password
    )


def is_sender(text: str) -> bool:
    """Whether a mail can come from it: an address, or a name and an address in angle brackets."""
    text, address = text.strip(), parseaddr(text)[1]
    return (
        text.isprintable()
        and ADDRESS.fullmatch(address) is not None
        and (text == address or text.endswith(f"<{address}>"))
    )


def require_certificates(name: str, path: str) -> None:
    """Refuse a file of certificates (PEM) that holds none, or one that cannot be read; an empty path is none."""
    if not path:
        return
    try:
        x509.load_pem_x509_certificates(Path(path).read_bytes())
    except (OSError, ValueError) as problem:
        raise ImproperlyConfigured(
            f"{name} names {path}, in which no certificates can be read (PEM)"
        ) from problem


def _content(name: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            octets = file.read(MAX_SECRET_BYTES + 1)
        text = octets.decode()
    except OSError as problem:
        raise ImproperlyConfigured(f"{name} names {path}: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise ImproperlyConfigured(f"{name} names {path}, which is no text") from problem
    text = text.rstrip("\r\n")
    if not text or len(octets) > MAX_SECRET_BYTES or "\n" in text:
        raise ImproperlyConfigured(f"{name} names {path}, which must hold one line and nothing else")
    return text
