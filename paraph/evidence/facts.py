"""The grammar of facts: what can be recorded, who may read it, and its sentence. The dictionary is closed.

A fact is a frozen dataclass below `Fact`, defined in the `facts.py` of the package whose verbs record it::

    @dataclass(frozen=True, kw_only=True)
    class ItemApproved(Fact):
        kind = "item.approved"
        audience = BOTH
        sentence = _("%(by)s approved line %(number)s.")
        item: str
        number: int
        remark: str = private(default="")

Its fields hold what JSON holds: str, int, bool, None, and lists and dicts of these (money in minor units,
times from `lib.clock.iso`, ids as str). Fields marked `private()` are personal: they stay outside the leaf
and can be erased.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from dataclasses import MISSING, dataclass
from enum import StrEnum
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GRAMMAR = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\.[a-z][a-z0-9]*(_[a-z0-9]+)*")
# Entry.kind has room for this many characters.
MAX_KIND_CHARS = 64
# Words every sentence can use besides the fact's own fields.
RESERVED = {"by", "kind", "audience", "sentence"}
ERASED = _("(erased)")


class Audience(StrEnum):
    """Whose timeline shows a fact."""

    CUSTOMER = "customer"
    STAFF = "staff"
    BOTH = "both"


CUSTOMER, STAFF, BOTH = Audience.CUSTOMER, Audience.STAFF, Audience.BOTH


class BadFact(TypeError):
    """A fact class breaks the grammar, or a fact holds what JSON cannot hold. A mistake in our code."""


def private(*, default: Any = MISSING) -> Any:
    """Mark a field as personal: kept encrypted beside the leaf, erasable. Use with ``kw_only=True``."""
    return dataclasses.field(default=default, metadata={"private": True})


FACTS: dict[str, type[Fact]] = {}


@dataclass(frozen=True)
class Fact:
    """Base of all facts; see the module for how to define one."""

    kind: ClassVar[str]
    audience: ClassVar[Audience]
    sentence: ClassVar[str | Promise]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _register(cls)

    def public(self) -> dict[str, Any]:
        """The values that stand in the leaf in clear."""
        return self._part(private=False)

    def personal(self) -> dict[str, Any]:
        """The values that stand in the leaf only as a salted digest."""
        return self._part(private=True)

    def values(self) -> dict[str, Any]:
        """Words for the sentence, prepared for people: override to format amounts, states, choices."""
        return {}

    @classmethod
    def from_parts(cls, public: dict[str, Any], personal: dict[str, Any] | None) -> Fact:
        """Read a fact back. Where `personal` is None, it was erased, and those fields hold "(erased)".

        Fields a newer release dropped are ignored; raises TypeError when one is missing that has no default.
        """
        known = {**public, **(personal or {})}
        chosen = {}
        for field in dataclasses.fields(cls):
            if field.name in known:
                chosen[field.name] = known[field.name]
            elif personal is None and field.metadata.get("private"):
                chosen[field.name] = str(ERASED)
        return cls(**chosen)

    def _part(self, *, private: bool) -> dict[str, Any]:
        return {
            field.name: _plain(getattr(self, field.name), f"{self.kind}: {field.name}")
            for field in dataclasses.fields(self)
            if bool(field.metadata.get("private")) is private
        }


def private_names(fact: type[Fact]) -> list[str]:
    """The names of the personal fields of a fact class."""
    return [field.name for field in dataclasses.fields(fact) if field.metadata.get("private")]


def _register(cls: type[Fact]) -> None:
    kind, audience, sentence = (cls.__dict__.get(name) for name in ("kind", "audience", "sentence"))
    if not isinstance(kind, str) or len(kind) > MAX_KIND_CHARS or not GRAMMAR.fullmatch(kind):
        raise BadFact(f"{cls.__qualname__}: kind must be noun.past_participle, not {kind!r}")
    if not isinstance(audience, Audience):
        raise BadFact(f"{kind}: audience must be CUSTOMER, STAFF or BOTH")
    if not isinstance(sentence, (str, Promise)):
        raise BadFact(f"{kind}: there is no sentence")
    if clash := RESERVED & set(inspect.get_annotations(cls)):
        raise BadFact(f"{kind}: no field may be called {clash.pop()}")
    known = FACTS.get(kind)
    if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
        raise BadFact(f"{kind} is already {known.__module__}.{known.__qualname__}")
    FACTS[kind] = cls


def _plain(value: Any, where: str) -> Any:
    """The value as JSON holds it. Refuses what would read back as something else."""
    if value is None or isinstance(value, bool | int | str | float):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, list | tuple):
        return [_plain(one, where) for one in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _plain(one, where) for key, one in value.items()}
    raise BadFact(f"{where} holds {type(value).__name__}, which JSON does not")
