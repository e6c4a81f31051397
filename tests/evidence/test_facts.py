"""The grammar of facts, and that nothing but JSON gets into the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from paraph.evidence.facts import BOTH, FACTS, BadFact, Fact, private
from tests.evidence.facts import LineApproved, MarkGiven


def define(kind: Any = "door.opened", audience: Any = BOTH, sentence: Any = "x", **more: Any) -> type[Fact]:
    return type("DoorOpened", (Fact,), {"kind": kind, "audience": audience, "sentence": sentence, **more})


@pytest.fixture(autouse=True)
def dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test defines is forgotten after it."""
    monkeypatch.setattr("paraph.evidence.facts.FACTS", dict(FACTS))


@pytest.mark.parametrize(
    "kind", [None, "", "opened", "Door.opened", "door.", "a.b.c", "door.opened ", "d.o" * 30]
)
def test_a_kind_is_noun_dot_past_participle(kind: Any) -> None:
    with pytest.raises(BadFact, match="must be noun"):
        define(kind)


def test_two_facts_cannot_share_a_kind() -> None:
    define()
    with pytest.raises(BadFact, match="is already"):
        type("Other", (Fact,), {"kind": "door.opened", "audience": BOTH, "sentence": "x"})


def test_a_fact_needs_an_audience_and_a_sentence() -> None:
    with pytest.raises(BadFact, match="audience"):
        define(audience="everybody")
    with pytest.raises(BadFact, match="sentence"):
        define(sentence=None)


def test_no_field_may_hide_who_acted() -> None:
    with pytest.raises(BadFact, match="by"):
        define(__annotations__={"by": "str"})


def test_a_subclass_cannot_inherit_its_kind() -> None:
    with pytest.raises(BadFact, match="kind"):
        type("Again", (LineApproved,), {})


def test_public_and_personal_values_are_parted_and_joined_again() -> None:
    fact = MarkGiven(cents=12345, signer="Ann")
    assert fact.public() == {"cents": 12345}
    assert fact.personal() == {"signer": "Ann", "mail": ""}
    assert MarkGiven.from_parts(fact.public(), fact.personal()) == fact


def test_erased_values_read_as_erased() -> None:
    assert MarkGiven.from_parts({"cents": 1}, None) == MarkGiven(cents=1, signer="(erased)", mail="(erased)")


def test_values_of_an_older_release_are_read_by_a_newer_one() -> None:
    assert MarkGiven.from_parts({"cents": 1, "dropped": 2}, {"signer": "Ann"}) == MarkGiven(
        cents=1, signer="Ann"
    )
    with pytest.raises(TypeError):
        MarkGiven.from_parts({}, {"signer": "Ann"})


@pytest.mark.parametrize("value", [object(), datetime(2026, 1, 1), {1: 2}, b"x", {"a": {"b": {1, 2}}}])  # noqa: DTZ001
def test_a_fact_holds_only_what_json_holds(value: Any) -> None:
    with pytest.raises(BadFact, match="number"):
        LineApproved(number=value).public()


def test_lists_and_dicts_are_values_too() -> None:
    @dataclass(frozen=True, kw_only=True)
    class BoxPacked(Fact):
        kind = "box.packed"
        audience = BOTH
        sentence = "%(by)s packed."
        things: list[dict[str, int]]
        note: str = private(default="")

    fact = BoxPacked(things=[{"a": 1}])
    assert fact.public() == {"things": [{"a": 1}]}
    assert BoxPacked.from_parts(fact.public(), {}) == fact
