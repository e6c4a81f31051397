"""What hostile or broken phones send: never a fault, nothing lost, nobody else kept waiting (I8, F15, S1-31)."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from paraph.capture import filing, held, receiving, working
from paraph.capture.models import Capture, State
from paraph.capture.payloads import Work
from paraph.lib import canonical, clock, home
from paraph.people import access
from paraph.signoff import completion
from paraph.signoff.errors import Stale
from paraph.work import orders
from paraph.work.models import WorkOrder
from tests.capture.phone import Phone, Sent, arrive, send
from tests.cast import Shop

pytestmark = pytest.mark.django_db
DEEP: Any = json.loads('{"a":' * 600 + "1" + "}" * 600)


@pytest.fixture
def phone(shop: Shop) -> Iterator[Phone]:
    """Tess's phone; keys a test made or moved are put right after it."""
    yield Phone.enrolled(shop.tess)
    for one in home.keys().glob("capture-*.pem"):
        one.unlink()


def loose(phone: Phone, monkeypatch: pytest.MonkeyPatch, told: dict[str, Any]) -> Sent:
    """Sealed by a phone whose JSON is not canonical, and holds what it should not."""
    strict = canonical.dumps
    with monkeypatch.context() as patched:
        patched.setattr(
            canonical, "dumps", lambda one: json.dumps(one).encode() if one is told else strict(one)
        )
        return phone.seal(told)


@pytest.mark.parametrize(
    "content",
    [{"a": float("nan")}, {"a": float("inf")}, {"a": 2**60}, {"a": "\ud800"}, {"\ud800": 1}, DEEP],
    ids=["nan", "infinite", "huge", "half a pair", "half a name", "deep"],
)
def test_content_that_no_record_can_hold_is_refused_and_the_rest_is_taken(
    shop: Shop, phone: Phone, monkeypatch: pytest.MonkeyPatch, content: Any
) -> None:
    told = {"v": 1, "act": "decline", "order": str(shop.open_order(1).pk), "content": content, "digest": "x"}
    bad = loose(phone, monkeypatch, told)
    good = phone.signs(shop.open_order(1), shop.jan)
    first, second = send(bad, good)
    assert (first.kept, first.state, first.reasons) == (True, State.REFUSED, ("malformed",))
    assert (second.kept, second.state) == (True, State.RECEIVED)


@pytest.mark.parametrize("field", ["name", "language", "mark", "reason", "outcome"])
def test_texts_that_are_none_are_refused(
    shop: Shop, phone: Phone, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    told = {"v": 1, "act": "report", "order": str(shop.open_order(1).pk), field: "\ud800"}
    [answer] = send(loose(phone, monkeypatch, told))
    assert (answer.state, answer.reasons) == (State.REFUSED, ("malformed",))


@pytest.mark.parametrize("field", ["id", "key", "signature", "previous", "sealed", "number", "device", "v"])
@pytest.mark.parametrize("value", ["\ud800", "\x00", [], {}, None, True, -1, 2**70, 0.5], ids=repr)
def test_no_field_of_an_envelope_is_a_fault(shop: Shop, phone: Phone, field: str, value: Any) -> None:
    sent = phone.says("report", shop.open_order(1))
    [answer] = send({**sent, field: value})
    assert answer.state in {State.REFUSED, State.RECEIVED}


@pytest.mark.parametrize("claim", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_a_claimed_time_that_no_page_can_show_is_none(shop: Shop, phone: Phone, claim: str) -> None:
    told = phone.signs(shop.open_order(1), shop.jan, clock={"begun": claim, "acted": claim})
    [capture] = arrive(told)
    assert (capture.state, capture.claimed_at) == (State.FILED, None)
    assert capture.signature is not None
    assert "clock_off" in capture.signature.verification.doubts


def test_one_that_breaks_the_server_keeps_nothing_else_on_the_phone(
    shop: Shop, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = phone.says("report", shop.open_order(1)), phone.says("report", shop.open_order(1))
    opened = receiving.opened
    monkeypatch.setattr(receiving, "opened", lambda one: opened(one) if str(one.id) == good["id"] else 1 / 0)
    first, second = send(bad, good)
    assert (first.id, first.kept) == ("", False)  # nothing is said of it, so it is sent again
    assert (second.id, second.kept) == (good["id"], True)


def test_I8_a_damaged_copy_never_takes_the_place_of_what_the_phone_sealed(shop: Shop, phone: Phone) -> None:
    sent = phone.signs(shop.open_order(1), shop.jan)
    damaged = {**sent, "sealed": base64.b64encode(b"x" * 200).decode()}
    [first] = send(damaged)
    assert (first.kept, first.state) == (False, State.REFUSED)  # the phone keeps its own
    [again] = send(damaged)
    assert not again.kept
    [good] = arrive(sent)
    assert (good.state, good.signature is not None) == (State.FILED, True)
    assert Capture.objects.filter(state=State.REFUSED, reasons=["changed"]).count() == 1


def test_a_stranger_with_a_phone_s_name_fills_no_disk(shop: Shop, phone: Phone) -> None:
    sent = phone.says("report", shop.open_order(1))
    large = base64.b64encode(bytes(receiving.MOST_UNSIGNED_BYTES + 1)).decode()
    [answer] = send({**sent, "sealed": large})
    assert (answer.kept, answer.state, answer.reasons) == (False, State.REFUSED, ("changed",))
    assert not Capture.objects.exists()


def test_one_whose_key_is_lost_keeps_no_later_one_waiting(shop: Shop, phone: Phone, tmp_path: Path) -> None:
    lost = phone.says("report", shop.open_order(1))
    for one in home.keys().glob("capture-*.pem"):
        shutil.move(one, tmp_path)  # which may be on another disk
    later = phone.signs(shop.open_order(1), shop.jan)
    send(lost, later)
    assert [filing.file_due(), filing.file_due()] == [0, 1]
    first, second = (Capture.objects.get(pk=one["id"]) for one in (lost, later))
    assert (first.state, first.reasons, first.attempts) == (State.RECEIVED, ["key_missing"], 0)
    assert (second.state, second.reasons) == (State.FILED, [])
    for one in tmp_path.glob("capture-*.pem"):
        shutil.move(one, home.keys())
    Capture.objects.filter(pk=first.pk).update(due_at=clock.now())
    assert filing.file_due() == 1
    first.refresh_from_db()
    assert first.state == State.FILED


def test_without_its_key_nothing_is_called_filed(shop: Shop, phone: Phone, tmp_path: Path) -> None:
    order = shop.open_order(1)
    [capture] = arrive(phone.signs(order, shop.jan, work={**phone.work(order), "checklist": []}))
    assert (capture.state, capture.reasons) == (State.HELD, ["checklist"])
    for one in home.keys().glob("capture-*.pem"):
        shutil.move(one, tmp_path)  # which may be on another disk
    with pytest.raises(held.InTheWay) as problem:
        held.take(capture, by=shop.mara, actor=shop.mara.actor)
    assert problem.value.held == "key_missing"
    capture.refresh_from_db()
    assert (capture.state, capture.decided_by) == (State.HELD, None)


def test_another_shop_s_manager_decides_nothing(shop: Shop, rival: Shop, phone: Phone) -> None:
    order = shop.open_order(1)
    [capture] = arrive(phone.signs(order, shop.jan, work={**phone.work(order), "checklist": []}))
    with pytest.raises(access.Forbidden):
        held.take(capture, by=rival.mara, actor=rival.mara.actor)
    with pytest.raises(access.Forbidden):
        held.discard(capture, sentence="No.", by=rival.mara, actor=rival.mara.actor)


def test_what_waited_longer_than_its_invitation_is_filed_all_the_same(
    shop: Shop, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(completion, "sign", _stale)
        [capture] = arrive(phone.signs(shop.open_order(1), shop.jan))
    assert (capture.state, capture.reasons) == (State.HELD, ["order_changed"])
    now = clock.now() + timedelta(hours=5)
    monkeypatch.setattr(clock, "now", lambda: now)
    capture = held.take(capture, by=shop.mara, actor=shop.mara.actor)
    assert (capture.state, capture.signature is not None) == (State.FILED, True)


def test_lines_changed_while_it_was_held_are_won_by_the_phone(shop: Shop, phone: Phone) -> None:
    order = shop.open_order(1)
    work = phone.work(order, checklist=[], remark="Mind the dog.")
    [capture] = arrive(phone.signs(order, shop.jan, work=work))
    assert (capture.state, capture.reasons, capture.applied) == (State.HELD, ["checklist"], 2)
    _rewrite(shop, order, "Overhauled instead.")
    taken = held.take(capture, by=shop.mara, actor=shop.mara.actor)
    assert (taken.state, taken.applied) == (State.FILED, 4)
    assert orders.lines_of(orders.load(order.pk))[0].action == "Replace and test."
    assert order.comments.count() == 1


def _rewrite(shop: Shop, order: WorkOrder, action: str) -> None:
    """The office changes the lines."""
    order = orders.load(order.pk)
    draft = working._draft(order, Work(order.revision, (), "", (), ()), over=True)
    draft = replace(draft, items=[replace(one, action=action) for one in draft.items])
    orders.revise(order, draft, expected=order.revision, by=shop.mara.actor)


def _stale(*_args: Any, **_more: Any) -> None:
    raise Stale([])
