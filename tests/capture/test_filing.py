"""A sealed capture becomes a signature, exactly once, or waits for a manager (S1-11 … S1-14, S1-31, S1-35, I8, F15)."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from paraph.automation import runner
from paraph.automation.models import Notice
from paraph.billing.models import Invoice
from paraph.capture import envelopes, filing, held, keys, receiving
from paraph.capture.models import Capture, State
from paraph.evidence.models import Entry
from paraph.lib import canonical, clock, home
from paraph.people import devices
from paraph.signoff import receipts, requests, verifying
from paraph.signoff.models import Ask, Signature, SignOff
from paraph.work import orders
from paraph.work.guards import ReportRefused
from paraph.work.models import Status
from tests.capture.phone import HERE, Phone, arrive, send
from tests.cast import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(shop: Shop) -> Iterator[Phone]:
    """Tess's phone, at Jan's site; keys a test made or moved are put right after it."""
    shop.site.latitude, shop.site.longitude, shop.site.radius_m = 52.0907, 5.1214, 200
    shop.site.save()
    yield Phone.enrolled(shop.tess)
    for one in home.keys().glob("capture-*.pem"):
        one.unlink()


def follow(order: Any) -> None:
    """Let the rules run."""
    runner.run_pending(str(order.organisation_id))
    order.refresh_from_db()


def kinds(order: Any) -> list[str]:
    """The facts of an order, in order."""
    return list(Entry.objects.filter(topic=order.topic).order_by("index").values_list("kind", flat=True))


def test_S1_01_signed_in_the_cellar_it_is_approved_on_arrival(shop: Shop, phone: Phone) -> None:
    order = shop.open_order(2)
    [capture] = arrive(phone.signs(order, shop.jan))
    assert (capture.state, capture.reasons) == (State.FILED, [])
    signature = capture.signature
    assert signature is not None
    follow(order)
    assert order.status == Status.APPROVED  # S1-14
    record = signature.record
    assert record["subject"]["view"] == "report"
    assert record["invitation"]["delivered"] == "in person"
    assert record["place"]["verdict"] == "inside"  # S1-12
    assert record["witness"]["name"] == shop.tess.user.name
    assert record["device"]["id"] == str(phone.device.pk)  # S1-27
    assert record["connection"]["address"] == "192.0.2.7"
    assert record["clock"]["claimed"]["acted"]
    assert signature.signed_at >= capture.received_at  # S1-11: our clock, not the phone's
    told = kinds(order)
    wanted = [
        "capture.received",
        "order.revised",
        "checklist.confirmed",
        "invitation.in_person",
        "item.approved",
        "ceremony.reviewed",
        "ceremony.consented",
        "presence.recorded",
        "signature.given",
        "copy.sealed",
        "capture.filed",
    ]
    assert [one for one in dict.fromkeys(told) if one in wanted] == wanted
    assert not verifying.is_waiting(order)


def test_anybody_can_check_that_the_phone_sealed_it(shop: Shop, phone: Phone, tmp_path: Path) -> None:
    [capture] = arrive(phone.signs(shop.open_order(1), shop.jan))
    assert capture.signature
    told, device = capture.signature.record["capture"], capture.signature.record["device"]
    (tmp_path / "phone.pem").write_text(device["public_key"])
    (tmp_path / "header.json").write_text(told["header"])
    (tmp_path / "header.sig").write_bytes(base64.b64decode(told["signature"]))
    command = "openssl dgst -sha256 -verify phone.pem -signature header.sig header.json"
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "Verified OK"  # R15
    assert told["code"] == envelopes.reread(bytes(capture.envelope)).code == receipts.code(capture.signature)


def test_the_same_envelope_is_filed_once_however_often_it_comes(shop: Shop, phone: Phone) -> None:
    order = shop.open_order(1)
    sent = phone.signs(order, shop.jan)
    assert [one.kept for one in send(sent, sent)] == [True, True]
    arrive(sent)
    before = Entry.objects.count()
    assert [one.state for one in send(sent)] == [State.FILED]
    arrive(sent)
    assert Entry.objects.count() == before
    assert Signature.objects.count() == Capture.objects.count() == 1


@pytest.mark.parametrize("field", ["sealed", "number", "previous", "key", "signature", "id"])
def test_one_that_was_edited_on_the_phone_is_refused(shop: Shop, phone: Phone, field: str) -> None:
    order = shop.open_order(1)
    sent = phone.signs(order, shop.jan)
    changed = {
        "sealed": sent["sealed"][:-8] + "AAAAAAA=",
        "number": 7,
        "previous": "sha256:" + "0" * 64,
        "key": "2",
        "signature": sent["signature"][:-4] + "AAA=",
        "id": "00000000-0000-4000-8000-000000000001",
    }[field]
    edited = {**sent, field: changed}
    [answer] = send(edited)
    assert (answer.kept, answer.state, answer.reasons) == (False, State.REFUSED, ("changed",))
    while filing.file_due():
        pass
    assert not Signature.objects.exists()
    order.refresh_from_db()
    assert (order.status, order.revision) == (Status.OPEN, 1)
    assert "capture.refused" in Entry.objects.values_list("kind", flat=True)


def test_another_content_under_a_known_id_changes_nothing(shop: Shop, phone: Phone) -> None:
    order = shop.open_order(1)
    first = phone.signs(order, shop.jan)
    send(first)
    other = {**phone.signs(shop.open_order(1), shop.jan), "id": first["id"]}
    [answer] = send(other)
    assert (answer.kept, answer.reasons) == (False, ("changed",))
    [capture] = arrive(first)
    assert capture.state == State.FILED


def test_one_that_is_missing_before_it_is_flagged(shop: Shop, phone: Phone, monkeypatch: Any) -> None:
    order = shop.open_order(1)
    phone.signs(shop.open_order(1), shop.jan)  # dropped on the way
    sent = phone.signs(order, shop.jan)
    [capture] = arrive(sent)
    assert capture.state == State.RECEIVED  # it waits a little for the one before it
    later = clock.now() + receiving.PATIENCE
    monkeypatch.setattr(clock, "now", lambda: later)
    [capture] = arrive(sent)
    assert capture.state == State.FILED
    assert capture.signature
    assert capture.signature.verification.doubts == ["gap"]
    follow(order)
    assert order.status == Status.NEEDS_VERIFICATION


def test_two_in_the_wrong_order_are_filed_in_the_right_one(shop: Shop, phone: Phone) -> None:
    first, second = (phone.signs(shop.open_order(1), shop.jan) for _one in range(2))
    arrive(second)
    arrive(first)
    one, two = (Capture.objects.get(pk=sent["id"]).signature for sent in (first, second))
    assert one
    assert two
    assert one.entry.index < two.entry.index
    assert not SignOff.objects.filter(signatures__verification__isnull=False).exists()


def test_a_clock_set_back_three_years_off_or_ahead_is_flagged(shop: Shop, phone: Phone) -> None:
    found = []
    for off in (timedelta(), timedelta(days=-3 * 365), timedelta(days=3 * 365)):
        phone.clock_off = off
        [capture] = arrive(phone.signs(shop.open_order(1), shop.jan))
        assert capture.signature
        doubted = getattr(capture.signature, "verification", None)
        found.append(set(doubted.doubts) if doubted else set())
        assert abs(capture.signature.signed_at - clock.now()) < timedelta(hours=1)  # F12: ours decides
    assert found[0] == set()
    assert {"clock_back", "late"} <= found[1]
    assert found[2] == {"clock_ahead"}


@pytest.mark.parametrize(
    ("place", "doubt"),
    [
        ({**HERE, "latitude": 52.2}, "place_outside"),
        ({"missing": "denied"}, "place_unknown"),
        ({**HERE, "accuracy_m": float("1e300")}, "place_unknown"),
    ],
)
def test_S1_26_elsewhere_or_nowhere_it_needs_verification(
    shop: Shop, phone: Phone, place: Any, doubt: str
) -> None:
    order = shop.open_order(1)
    phone.place = place
    [capture] = arrive(phone.signs(order, shop.jan))
    assert capture.signature
    assert capture.signature.verification.doubts == [doubt]
    follow(order)
    assert order.status == Status.NEEDS_VERIFICATION
    with pytest.raises(ReportRefused):  # S1-04, by any door
        orders.report(order, by=shop.mara.actor)
    verifying.verify(capture.signature.verification, by=shop.mara, actor=shop.mara.actor)
    follow(order)
    assert order.status == Status.APPROVED
    orders.report(order, by=shop.mara.actor)
    follow(order)
    assert Invoice.objects.filter(order=order).count() == 1  # S1-20


def test_not_accepted_it_authorises_nothing_and_is_asked_again(shop: Shop, phone: Phone) -> None:
    order = shop.open_order(1)
    phone.place = {"missing": "denied"}
    [capture] = arrive(phone.signs(order, shop.jan))
    assert capture.signature
    verifying.reject(
        capture.signature.verification, sentence="Nobody knew him.", by=shop.mara, actor=shop.mara.actor
    )
    follow(order)
    assert order.status in {Status.OPEN, Status.NEEDS_SIGNATURE}
    phone.place = dict(HERE)
    [again] = arrive(phone.signs(order, shop.jan))
    assert again.state == State.FILED
    follow(order)
    assert order.status == Status.APPROVED


def test_an_order_changed_meanwhile_waits_with_both_versions(shop: Shop, phone: Phone) -> None:
    order = shop.open_order(2)
    sent = phone.signs(order, shop.jan)
    _revise(shop, order, action="Overhauled instead.")
    [capture] = arrive(sent)
    assert (capture.state, capture.reasons) == (State.HELD, ["order_changed"])
    assert not Signature.objects.exists()
    order.refresh_from_db()
    assert order.revision == 2  # nothing of the phone was written over it
    shown = held.shown(capture)
    assert shown
    assert shown.content
    assert shown.content["items"][0]["action"] == "Replace and test."
    taken = held.take(capture, by=shop.mara, actor=shop.mara.actor)
    assert taken.state == State.FILED
    assert orders.lines_of(orders.load(order.pk))[0].action == "Replace and test."
    assert Signature.objects.count() == 1


def test_what_was_changed_elsewhere_in_the_order_cannot_be_taken(shop: Shop, phone: Phone) -> None:
    order = shop.open_order(1)
    sent = phone.signs(order, shop.jan)
    _revise(shop, order, title="Something else")
    [capture] = arrive(sent)
    with pytest.raises(held.InTheWay) as problem:
        held.take(capture, by=shop.mara, actor=shop.mara.actor)
    assert problem.value.held == "order_changed"
    done = held.discard(capture, sentence="Signed again on paper.", by=shop.mara, actor=shop.mara.actor)
    assert done.state == State.DISCARDED
    with pytest.raises(held.NotHeld):
        held.take(capture, by=shop.mara, actor=shop.mara.actor)


def test_S1_25_at_once_the_office_and_billing_know(shop: Shop, phone: Phone) -> None:
    order = shop.open_order(1)
    arrive(phone.signs(order, shop.jan))
    follow(order)
    assert order.status == Status.APPROVED
    runner.run_all()
    told = set(Notice.objects.filter(order=order).values_list("member__user__name", "kind"))
    assert {(shop.mara.user.name, "signed"), (shop.tess.user.name, "signed")} <= told
    orders.report(order, by=shop.tess.actor)
    runner.run_all()
    assert Invoice.objects.filter(order=order, state="draft").count() == 1
    biller = shop.members["biller"].user.name
    assert (biller, "drafted") in set(Notice.objects.values_list("member__user__name", "kind"))  # S1-19


def test_S1_36_nothing_readable_travels(shop: Shop, phone: Phone) -> None:
    sent = phone.signs(shop.open_order(1), shop.jan)
    travelled = json.dumps(sent).encode() + base64.b64decode(sent["sealed"])
    for word in ("Jan Jansen", "inspection", "PH-KLX", "Replace", str(shop.jan.pk)):
        assert word.encode() not in travelled


def test_S1_17_nobody_signs_what_no_technician_has_confirmed(shop: Shop, phone: Phone) -> None:
    order = shop.open_order(1)
    [capture] = arrive(phone.signs(order, shop.jan, work=phone.work(order, checklist=[])))
    assert (capture.state, capture.reasons) == (State.HELD, ["checklist"])
    assert not Signature.objects.exists()


def test_cancelled_meanwhile_it_waits(shop: Shop, phone: Phone) -> None:
    order = shop.open_order(1)
    sent = phone.signs(order, shop.jan)
    orders.set_status(order, Status.CANCELLED, by=shop.mara.actor)
    [capture] = arrive(sent)
    assert (capture.state, capture.reasons) == (State.HELD, ["cancelled"])


def test_a_revoked_phone_is_out_and_what_it_sealed_waits(shop: Shop, phone: Phone) -> None:
    order = shop.open_order(1)
    sent = phone.signs(order, shop.jan)
    devices.revoke(phone.device, by=shop.mara, actor=shop.mara.actor)
    [capture] = arrive(sent)
    assert (capture.state, capture.reasons) == (State.HELD, ["device_changed"])
    held.take(capture, by=shop.mara, actor=shop.mara.actor)
    capture.refresh_from_db()
    assert capture.signature
    assert "device_changed" in capture.signature.verification.doubts


def test_another_shop_s_order_or_contact_is_nobody_s(shop: Shop, rival: Shop, phone: Phone) -> None:
    theirs = rival.open_order(1)
    told = phone.says("report", theirs, work=phone.work(theirs))
    mine = shop.open_order(1)
    stranger = phone.signs(mine, shop.jan, asked=rival.jan)
    first, second = arrive(told, stranger)
    assert (first.state, first.reasons, first.order) == (State.HELD, ["not_theirs"], None)
    assert (second.state, second.reasons) == (State.HELD, ["contact_unknown"])
    theirs.refresh_from_db()
    assert theirs.revision == 1


def test_two_phones_and_one_order_make_one_signature(shop: Shop, phone: Phone) -> None:
    order = shop.open_order(1)
    other = Phone.enrolled(shop.members["dispatcher"], "Tablet")
    first, second = phone.signs(order, shop.jan), other.signs(order, shop.jan)
    one, two = arrive(first, second)
    assert one.state == State.FILED
    assert two.state == State.HELD
    assert Signature.objects.count() == 1


def test_declined_disputed_nobody_there_and_the_report_alone(shop: Shop, phone: Phone) -> None:
    jan = str(shop.jan.pk)
    declined, disputed, nobody, report = (shop.open_order(1) for _one in range(4))
    sent = []
    for act, order in (("decline", declined), ("dispute", disputed)):
        work = phone.work(order)
        content, _agreed = phone.shown(order, shop.jan, work, [])
        told = {
            "contact": jan,
            "content": content,
            "digest": canonical.digest(content),
            "reason": "The nose wheel shimmies.",
        }
        sent.append(phone.says(act, order, work=work, **told))
    sent.append(phone.says("nobody", nobody, outcome="nobody_there", reason="The hangar was locked."))
    sent.append(phone.says("report", report, work=phone.work(report, remark="Left main tyre is next.")))
    for capture in arrive(*sent):
        assert (capture.act, capture.state, capture.reasons) == (capture.act, State.FILED, [])
    follow(declined)
    follow(disputed)
    assert declined.signoffs.get().state == "declined"
    assert disputed.status == Status.DISPUTED
    assert nobody.attempts.get().reason == "The hangar was locked."
    assert orders.lines_of(orders.load(report.pk))[0].actual_hours is not None


def test_without_the_key_nothing_is_lost(shop: Shop, phone: Phone, monkeypatch: Any) -> None:
    sent = phone.signs(shop.open_order(1), shop.jan)
    [key] = home.keys().glob("capture-*.key.pem")
    key.rename(home.keys() / "elsewhere.pem")
    keys.current()  # another is made for what comes next
    [capture] = arrive(sent)
    assert (capture.state, capture.reasons) == (State.RECEIVED, ["key_missing"])
    (home.keys() / "elsewhere.pem").rename(key)
    later = clock.now() + filing.KEY_WAIT
    monkeypatch.setattr(clock, "now", lambda: later)
    [capture] = arrive(sent)
    assert capture.state == State.FILED


def test_a_new_key_opens_what_was_sealed_to_the_old_one(shop: Shop, phone: Phone) -> None:
    sent = phone.signs(shop.open_order(1), shop.jan)
    made = keys.rotate()
    after = phone.signs(shop.open_order(1), shop.jan)
    assert after["key"] == made != sent["key"]
    assert [one.state for one in arrive(sent, after)] == [State.FILED, State.FILED]


def test_a_filing_cut_short_goes_on_where_it_was(shop: Shop, phone: Phone, monkeypatch: Any) -> None:
    order = shop.open_order(1)
    sent = phone.signs(order, shop.jan)
    monkeypatch.setattr(filing, "_sign", _fail)
    [capture] = arrive(sent)
    assert (capture.state, capture.applied) == (State.RECEIVED, 2)
    monkeypatch.undo()
    later = clock.now() + timedelta(minutes=10)
    monkeypatch.setattr(clock, "now", lambda: later)
    [capture] = arrive(sent)
    assert capture.state == State.FILED
    assert kinds(order).count("invitation.in_person") == 1


def test_F2_one_that_kills_the_worker_each_time_is_held_for_a_manager(
    shop: Shop, phone: Phone, monkeypatch: Any
) -> None:
    first, second = (phone.signs(shop.open_order(1), shop.jan) for _one in range(2))
    send(first, second)
    steps, now = filing._steps, [clock.now()]
    monkeypatch.setattr(clock, "now", lambda: now[0])

    def deadly(told: filing.Filing) -> None:
        if str(told.capture.pk) == first["id"]:
            raise Killed
        steps(told)

    monkeypatch.setattr(filing, "_steps", deadly)
    for tries in range(1, filing.MAX_ATTEMPTS + 1):
        with pytest.raises(Killed):
            filing.file_due()
        capture = Capture.objects.get(pk=first["id"])
        assert (capture.state, capture.attempts) == (State.RECEIVED, tries)
        assert filing.file_due() == 0  # until it is sure that nobody works on it
        now[0] += filing.LEASE + timedelta(seconds=1)
    filed, held_one = (one for one in reversed(arrive(first, second)))
    assert (held_one.state, held_one.reasons) == (State.HELD, ["cut_short"])
    assert filed.state == State.FILED  # it holds up no later one
    monkeypatch.setattr(filing, "_steps", steps)
    assert held.take(held_one, by=shop.mara, actor=shop.mara.actor).state == State.FILED


def test_somebody_else_asked_for_the_report_holds_it(shop: Shop, phone: Phone) -> None:
    order = shop.open_order(1)
    work = phone.work(order)
    sent = phone.signs(order, shop.jan, work=work)
    item = orders.lines_of(orders.load(order.pk))[0]
    item.actual_hours = item.estimated_hours
    item.save()
    requests.ask(order, [(shop.lotte, Ask.AUTHORISE)], by=shop.mara.actor, view="report")
    [capture] = arrive(sent)
    assert (capture.state, capture.reasons) == (State.HELD, ["others_asked"])


def test_what_no_phone_seals_is_told_and_never_a_fault(shop: Shop, phone: Phone) -> None:
    answers = receiving.receive([None, {}, [], {"v": 1}, "x", {"v": 1, "id": "é"}], seen=("", "", ""))
    assert all(not one.kept and one.reasons == ("malformed",) for one in answers)
    unknown = phone.says("report", shop.open_order(1))
    unknown["device"] = "00000000-0000-4000-8000-000000000001"
    assert [one.reasons for one in send(unknown)] == [("unknown_device",)]
    bad = phone.seal({"v": 1, "act": "sign", "order": "x"})
    assert [(one.kept, one.reasons) for one in send(bad)] == [(True, ("malformed",))]


class Killed(BaseException):
    """The process ends: nothing after it runs."""


def _fail(*_args: Any) -> None:
    raise RuntimeError("cut short")


def _revise(shop: Shop, order: Any, **changes: Any) -> None:
    """The office changes the order while the phone is away."""
    found = orders.load(order.pk)
    lines = [
        orders.ItemDraft(
            finding=item.finding,
            id=item.pk,
            action=changes.get("action", item.action),
            labour_code=item.labour_code,
            estimated_hours=item.estimated_hours,
            hourly_rate=item.hourly_rate,
            tax_rate=item.tax_rate,
            parts=[
                orders.PartDraft(one.name, one.number, one.quantity, one.unit_price)
                for one in item.parts.all()
            ],
        )
        for item in orders.lines_of(found)
    ]
    draft = orders.OrderDraft(
        title=changes.get("title", found.title),
        customer=found.customer,
        object_name=found.object_name,
        contacts=list(found.contacts.all()),
        site=found.site,
        technician=found.technician,
        items=lines,
    )
    orders.revise(found, draft, expected=found.revision, by=shop.mara.actor)
