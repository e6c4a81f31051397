"""Line 42, and the attacks on what waits on a phone: sealed before it is stored, tampering shows (S1-31, S1-35)."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from paraph.automation import runner
from paraph.capture.filing import file_due
from paraph.capture.models import Capture, State
from paraph.lib import clock
from paraph.people import devices, members
from paraph.signoff.models import Signature
from paraph.work.models import Status
from tests.capture.phone import Phone, send
from tests.cast import Shop

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_ten_in_aeroplane_mode_one_edited_one_replayed_one_dropped_one_with_the_clock_set_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.site.latitude, shop.site.longitude, shop.site.radius_m = 52.0907, 5.1214, 200
    shop.site.save()
    phone = Phone.enrolled(shop.tess)
    made = [shop.open_order(1) for _one in range(10)]
    sealed = []
    for number, order in enumerate(made, start=1):
        phone.clock_off = timedelta(hours=-3) if number == 9 else timedelta()
        sealed.append(phone.signs(order, shop.jan))
    edited = bytearray(base64.b64decode(sealed[2]["sealed"]))
    edited[-1] ^= 1
    sealed[2] = {**sealed[2], "sealed": base64.b64encode(edited).decode()}
    replayed = sealed[4]
    dropped = sealed.pop(6)

    answers = send(*sealed, replayed, replayed)
    # What was edited may have been damaged on the way: the phone keeps its own (decision 0036).
    assert [one.kept for one in answers] == [number != 3 for number in (1, 2, 3, 4, 5, 6, 8, 9, 10, 5, 5)]
    later = clock.now() + timedelta(minutes=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    while file_due():
        pass
    runner.run_pending(shop.organisation.log)

    found = {one.number: one for one in Capture.objects.select_related("signature__verification")}
    assert dropped["number"] not in found
    assert (found[3].state, found[3].reasons) == (State.REFUSED, ["changed"])
    doubts = {
        number: one.signature.verification.doubts
        for number, one in found.items()
        if one.signature and hasattr(one.signature, "verification")
    }
    assert doubts == {4: ["gap"], 8: ["gap"], 9: ["clock_back"]}
    assert Signature.objects.count() == 8
    for number, order in enumerate(made, start=1):
        order.refresh_from_db()
        wanted = {3: Status.OPEN, 7: Status.OPEN, **dict.fromkeys(doubts, Status.NEEDS_VERIFICATION)}
        assert order.status == wanted.get(number, Status.APPROVED), number


def test_line_41_a_phone_is_cut_off_with_its_member_or_its_right(shop: Shop) -> None:
    phone = Phone.enrolled(shop.tess)
    assert devices.is_let_in(phone.device)
    members.change(shop.tess, role=shop.tess.role, without=["signature.capture"], by=shop.mara.actor)
    sent = phone.says("report", shop.open_order(1), work=None)
    send(sent)
    while file_due():
        pass
    assert Capture.objects.get().reasons == ["device_changed"]
    members.change(shop.tess, role=shop.tess.role, without=[], by=shop.mara.actor)
    members.switch_off(shop.tess, by=shop.mara.actor)
    device = devices.find(phone.device.pk)
    assert device
    assert not devices.is_let_in(device)
