"""Who acts, as far as the record is concerned: a reference that may stay, and personal values that may be erased."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["member", "contact", "system", "client"]


@dataclass(frozen=True)
class Actor:
    """One acting person or machine.

    `ref` is an opaque id and goes into the record in clear; `name`, `address` and `agent` are personal and are kept
    beside it, erasable. `address_source` says who told us the address (security.md line 34).
    A *client* is an HTTP client that nobody has identified, for example a mail scanner.
    """

    kind: Kind
    ref: str = ""
    name: str = ""
    address: str = ""
    address_source: str = ""
    agent: str = ""

    def seen_from(self, address: str, source: str, agent: str) -> Actor:
        """Return the same actor with what the web saw of the connection."""
        return replace(self, address=address, address_source=source, agent=agent[:400])


SYSTEM = Actor("system", name="Paraph")
