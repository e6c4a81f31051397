"""A passkey on the customer's own phone signs for one act, and a stranger can check it again (S1-24, R3, R4)."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import time_machine
from django.utils import timezone

from paraph.lib import canonical, clock
from paraph.people.access import Forbidden
from paraph.people.passkeys import BadPasskey
from paraph.signoff import ceremonies, consent, own_phone, passkeys, policies, verifying
from paraph.signoff import identity as who
from paraph.signoff.errors import Unusable
from paraph.signoff.models import (
    Ceremony,
    ContactPasskey,
    IdentityCheck,
    Policy,
    SealedCopy,
    Signature,
    SignOff,
    State,
    Verdict,
    Verification,
)
from tests.cast import Shop, approve, customer, sign
from tests.people.device import Device


def begun(shop: Shop, **asked: Any) -> Ceremony:
    """A reviewed ceremony of Jan, or of another contact."""
    invitation = shop.invite(shop.open_order(1), **asked)
    approve(invitation, (1,))
    return ceremonies.review(invitation, by=customer(invitation))


def agreed(ceremony: Ceremony) -> str:
    return consent.sentence(ceremony.snapshot, "en").digest


def make(ceremony: Ceremony, device: Device) -> dict[str, Any]:
    """Make a passkey in a ceremony; returns what the browser is asked next."""
    wanted = passkeys.begin(ceremony, consent=agreed(ceremony), fresh=True)
    by = customer(ceremony.invitation)
    told: dict[str, Any] = passkeys.made(
        ceremony, device.make(wanted["create"]), consent=agreed(ceremony), by=by
    )["get"]
    return told


def asked(ceremony: Ceremony) -> dict[str, Any]:
    found: dict[str, Any] = passkeys.begin(ceremony, consent=agreed(ceremony))["get"]
    return found


def ask_for(shop: Shop, *kinds: str) -> None:
    Policy.objects.update_or_create(
        organisation=shop.organisation, kind=None, defaults={"identity": list(kinds)}
    )


@pytest.fixture
def phone() -> Device:
    return Device()


def test_S1_24_a_first_passkey_is_made_and_signs_in_one_go(shop: Shop, phone: Device) -> None:
    ceremony = begun(shop)
    wanted = passkeys.begin(ceremony, consent=agreed(ceremony))["create"]["publicKey"]
    assert wanted["authenticatorSelection"]["userVerification"] == "required"
    assert wanted["authenticatorSelection"]["residentKey"] == "discouraged"
    assert [one["alg"] for one in wanted["pubKeyCredParams"]] == [-7, -257]
    told = passkeys.proved(ceremony, phone.answer(make(ceremony, phone)))
    assert told["made"] == "now"
    assert told["user_verified"]
    assert told["challenge_of"]["digest"] == ceremony.snapshot.digest
    # The next time the phone is asked at once. It never signed, so nobody is known by it.
    later = begun(shop)
    told = passkeys.proved(later, phone.answer(asked(later)))
    assert told["made"] == clock.iso(ContactPasskey.objects.get().made_at)
    assert told["signed_first"] is None


def test_R4_a_stranger_checks_with_openssl_what_the_phone_signed(
    shop: Shop, phone: Device, tmp_path: Path
) -> None:
    ask_for(shop, "own_phone")
    ceremony = begun(shop)
    wanted = make(ceremony, phone)
    check = who.prove(ceremony, "own_phone", phone.answer(wanted))
    assert check is not None
    assert check.passed
    found = own_phone.circumstances(ceremony, [str(check.pk)], consent=agreed(ceremony))
    signature = sign(ceremony, circumstances=found)
    assert not Verification.objects.exists()
    record = signature.record
    assert record["level"] == "SES", "made at this signing, it says nothing about the person by itself"
    with pikepdf.open(BytesIO(SealedCopy.objects.get().read())) as pdf:
        for name, spec in pdf.attachments.items():
            (tmp_path / name).write_bytes(spec.get_file().read_bytes())
    commands = _commands()
    assert len(commands) == 4
    told = subprocess.run(
        ["bash", "-euc", "\n".join(commands)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    assert "Verified OK" in told.stdout
    challenge, claimed = told.stdout.split("\n")[1:3]
    assert challenge == claimed, "the phone signed this ceremony, this content, this sentence"
    (tmp_path / "webauthn-clientData.json").write_bytes(b"{}")
    told = subprocess.run(
        ["bash", "-uc", "\n".join(commands)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "Verified OK" not in told.stdout


def _commands() -> list[str]:
    """The commands of docs/evidence-format.md, as they stand there."""
    text = (Path(__file__).parents[2] / "docs/evidence-format.md").read_text(encoding="utf-8")
    part = text.split("### What the customer's own phone signed")[1].split("\n## ")[0]
    lines = [line.removeprefix("    ") for line in part.splitlines() if line.startswith("    ")]
    return [line for line in lines if not line.startswith("pdfdetach")]


def test_a_passkey_made_by_an_earlier_link_of_the_same_request_is_made_now(shop: Shop, phone: Device) -> None:
    ceremony = begun(shop)
    make(ceremony, phone)
    ceremony.invitation.created_at = clock.now()  # whoever shows the links showed another one since
    told = passkeys.proved(ceremony, phone.answer(asked(ceremony)))
    assert told["made"] == "now"


def with_phone(ceremony: Ceremony, phone: Device) -> Signature:
    """Signed by the passkey that is there, else by one made now."""
    wanted = asked(ceremony) if ContactPasskey.objects.exists() else make(ceremony, phone)
    check = who.prove(ceremony, "own_phone", phone.answer(wanted))
    assert check is not None
    found = own_phone.circumstances(ceremony, [str(check.pk)], consent=agreed(ceremony))
    return sign(ceremony, circumstances=found)


def shown(signature: Signature) -> dict[str, Any]:
    found: dict[str, Any] = signature.record["invitation"]["checks"][-1]
    return found


def test_a_passkey_that_signed_before_makes_a_candidate_and_never_more(shop: Shop, phone: Device) -> None:
    first = with_phone(begun(shop), phone)
    assert (shown(first)["made"], shown(first)["signed_first"]) == ("now", None)
    later = with_phone(begun(shop), phone)
    assert shown(later)["signed_first"] == {"signature": str(first.pk), "at": clock.iso(first.signed_at)}
    assert (first.record["level"], later.record["level"]) == ("SES", "AES candidate")
    assert "QES" not in json.dumps(later.record)


def test_a_passkey_that_was_made_and_never_signed_makes_nobody_known(shop: Shop, phone: Device) -> None:
    """Whoever held an earlier link made it, and left it for this day."""
    abandoned = begun(shop)
    who.prove(abandoned, "own_phone", phone.answer(make(abandoned, phone)))
    at_the_desk = begun(shop)
    who.prove(at_the_desk, "own_phone", phone.answer(asked(at_the_desk)))
    sign(at_the_desk)  # in another session, which showed nothing
    found = with_phone(begun(shop), phone)
    assert (shown(found)["signed_first"], found.record["level"]) == (None, "SES")
    assert shown(found)["made"] == clock.iso(ContactPasskey.objects.get().made_at)


def test_a_signature_given_since_this_one_was_asked_for_makes_nobody_known(shop: Shop, phone: Device) -> None:
    asked_before = begun(shop)
    with_phone(begun(shop), phone)
    assert shown(with_phone(asked_before, phone))["signed_first"] is None


@pytest.mark.parametrize(
    ("verdict", "state", "known"),
    [
        (Verdict.WAITING, State.SEALED, False),
        (Verdict.REJECTED, State.REJECTED, False),
        (Verdict.VERIFIED, State.SEALED, True),
        (Verdict.VERIFIED, State.DISPUTED, False),
        (Verdict.VERIFIED, State.SUPERSEDED, True),
    ],
)
def test_decision_4_a_signature_in_doubt_makes_nobody_known(
    shop: Shop, phone: Device, verdict: str, state: str, known: bool
) -> None:
    first = with_phone(begun(shop), phone)
    verifying.doubt(first, ["place_outside"])
    Verification.objects.update(verdict=verdict)
    SignOff.objects.filter(pk=first.signoff_id).update(state=state)
    found = with_phone(begun(shop), phone)
    assert (shown(found)["signed_first"] is not None) is known
    assert found.record["level"] == ("AES candidate" if known else "SES")


LIES: dict[str, Callable[[Device], None]] = {
    "other site": lambda phone: setattr(phone, "origin", "https://evil.example"),
    "other port": lambda phone: setattr(phone, "origin", "http://localhost:9999"),
    "no finger": lambda phone: setattr(phone, "verifies", False),
    "other key": lambda phone: setattr(phone, "key", Device().key),
    "unknown key": lambda phone: setattr(phone, "credential", b"unknown-unknown!"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_not_believed(shop: Shop, phone: Device, lie: str) -> None:
    ceremony = begun(shop)
    wanted = make(ceremony, phone)
    LIES[lie](phone)
    with pytest.raises(BadPasskey):
        passkeys.proved(ceremony, phone.answer(wanted))


def test_an_answer_is_believed_once(shop: Shop, phone: Device) -> None:
    ceremony = begun(shop)
    answer = phone.answer(make(ceremony, phone))
    passkeys.proved(ceremony, answer)
    with pytest.raises(BadPasskey):
        passkeys.proved(ceremony, answer)


def test_an_answer_for_another_act_contact_content_or_time_is_not_believed(shop: Shop, phone: Device) -> None:
    ceremony, other = begun(shop), begun(shop)
    wanted = make(ceremony, phone)
    with pytest.raises(BadPasskey):
        passkeys.proved(other, phone.answer(wanted))
    claire = begun(shop, contact=shop.claire)
    stolen = passkeys.begin(claire, consent=agreed(claire), fresh=True)["create"]
    with pytest.raises(BadPasskey):  # a key that is Jan's already
        passkeys.made(claire, phone.make(stolen), consent=agreed(claire), by=customer(claire.invitation))
    make(claire, Device())
    with pytest.raises(BadPasskey):
        passkeys.proved(claire, phone.answer(asked(claire)))
    question = asked(ceremony)
    with (
        time_machine.travel(timezone.now() + passkeys.LIFE + timedelta(seconds=1)),
        pytest.raises(BadPasskey),
    ):
        passkeys.proved(ceremony, phone.answer(question))


def test_what_was_signed_counts_for_that_content_and_that_sentence_in_that_session_alone(
    shop: Shop, phone: Device
) -> None:
    ceremony = begun(shop)
    check = who.prove(ceremony, "own_phone", phone.answer(make(ceremony, phone)))
    assert check is not None
    mine = [str(check.pk)]
    assert len(who.of(ceremony, mine, consent=agreed(ceremony))) == 1
    assert not who.of(ceremony, [], consent=agreed(ceremony))
    assert not who.of(ceremony, mine, consent=consent.sentence(ceremony.snapshot, "nl").digest)
    assert not who.of(begun(shop), mine, consent=agreed(ceremony))
    with time_machine.travel(timezone.now() + who.COUNTS + timedelta(seconds=1)):
        assert not who.of(ceremony, mine, consent=agreed(ceremony))


def test_any_flipped_bit_ends_it(shop: Shop, phone: Device) -> None:
    ceremony = begun(shop)
    make(ceremony, phone)
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        for at in (0, 7, -1):
            told = json.loads(phone.answer(asked(ceremony)))
            raw = bytearray(base64.urlsafe_b64decode(told["response"][part] + "=="))
            raw[at] ^= 1
            told["response"][part] = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
            check = who.prove(ceremony, "own_phone", json.dumps(told))
            assert check is None or not check.passed, (part, at)
    failed = who.of(ceremony, [], consent=agreed(ceremony))
    assert len(failed) >= 6, "what failed is in the record, too"


def test_a_copied_key_is_found_out_by_its_counter(shop: Shop, phone: Device) -> None:
    phone.counter = 5
    ceremony = begun(shop)
    passkeys.proved(ceremony, phone.answer(make(ceremony, phone)))
    with pytest.raises(BadPasskey):
        passkeys.proved(ceremony, phone.answer(asked(ceremony)))
    phone.counter = 6
    passkeys.proved(ceremony, phone.answer(asked(ceremony)))
    phone.counter = 0
    with pytest.raises(BadPasskey):
        passkeys.proved(ceremony, phone.answer(asked(ceremony)))


@pytest.mark.parametrize("answer", ["", "[]", "{}", "null", '{"id": 1}', "x" * 30_000, '{"response": {}}'])
def test_nonsense_is_no_passkey(shop: Shop, answer: str) -> None:
    ceremony = begun(shop)
    with pytest.raises(BadPasskey):
        passkeys.proved(ceremony, answer)
    with pytest.raises(BadPasskey):
        passkeys.made(ceremony, answer, consent=agreed(ceremony), by=customer(ceremony.invitation))


def test_the_challenge_is_the_digest_of_what_is_signed(shop: Shop, phone: Device) -> None:
    ceremony = begun(shop)
    wanted = make(ceremony, phone)
    told = passkeys.proved(ceremony, phone.answer(wanted))
    challenge = base64.urlsafe_b64decode(wanted["publicKey"]["challenge"] + "==")
    assert challenge == hashlib.sha256(canonical.dumps(told["challenge_of"])).digest()
    assert set(told["challenge_of"]) == {"v", "ceremony", "digest", "consent", "nonce"}


def test_a_removed_passkey_counts_no_more_and_who_may_not_removes_none(shop: Shop, phone: Device) -> None:
    ceremony = begun(shop)
    make(ceremony, phone)
    question = asked(ceremony)
    kept = ContactPasskey.objects.get()
    with pytest.raises(Forbidden):
        passkeys.remove(kept, by=shop.tess, actor=shop.tess.actor)
    passkeys.remove(kept, by=shop.mara, actor=shop.mara.actor)
    passkeys.remove(kept, by=shop.mara, actor=shop.mara.actor)
    with pytest.raises(BadPasskey):
        passkeys.proved(ceremony, phone.answer(question))
    assert "create" in passkeys.begin(ceremony, consent=agreed(ceremony))


def test_S1_30_a_policy_is_asked_by_the_act_itself_whatever_the_face_forgot(shop: Shop) -> None:
    ask_for(shop, "pin", "own_phone")
    sign(begun(shop))
    assert Verification.objects.get().doubts == ["identity_missing"]
    assert not IdentityCheck.objects.exists()


def test_where_nothing_is_asked_nothing_changes(shop: Shop) -> None:
    ceremony = begun(shop)
    record = sign(ceremony).record
    assert policies.of(ceremony.party.signoff.order).identity == []
    assert record["invitation"]["checks"] == [{"kind": "link", "passed": True}]
    assert record["level"] == "SES"
    assert not Verification.objects.exists()


def test_S1_34_a_link_shown_on_site_says_who_showed_it_and_on_which_phone(shop: Shop) -> None:
    order = shop.open_order(1)
    here = {"latitude": 52.2, "longitude": 6.0, "accuracy_m": 8, "at": "2026-11-28T12:00:00Z"}
    found: dict[str, Any] = {
        "place": here,
        "at": "2026-11-28T12:00:01Z",
        "by": shop.tess,
        "actor": shop.tess.actor,
        "view": "estimate",
    }
    first, _ = own_phone.hand_over(order, shop.jan, device=None, **found)
    invitation, link = own_phone.hand_over(order, shop.jan, device=None, **found)
    first.refresh_from_db()
    assert first.revoked_at, "a code that was photographed before stops working"
    assert own_phone.state(first) == "ended"
    assert own_phone.state(invitation) == "waiting"
    assert invitation.expires_at is not None
    assert invitation.expires_at - invitation.created_at == own_phone.LIFE
    assert "/s/" in link
    approve(invitation, (1,))
    ceremony = ceremonies.review(invitation, by=customer(invitation))
    told = sign(
        ceremony, circumstances=own_phone.circumstances(ceremony, [], consent=agreed(ceremony))
    ).record
    assert told["invitation"]["delivered"] == "shown on site"
    assert told["place"]["latitude"] == here["latitude"]
    assert told["place"]["verdict"] == "unknown", "the site has no area on the map"
    assert told["witness"] == {"member": str(shop.tess.pk), "name": shop.tess.user.name}
    assert own_phone.state(invitation) == "signed"


def test_S1_26_where_the_place_is_required_no_code_is_shown_elsewhere(shop: Shop) -> None:
    Policy.objects.create(organisation=shop.organisation, place="require")
    shop.site.latitude, shop.site.longitude, shop.site.radius_m = 52.2, 6.0, 200
    shop.site.save()
    order = shop.open_order(1)
    at = "2026-11-28T12:00:01Z"
    here = {"latitude": 52.2, "longitude": 6.0, "accuracy_m": 8, "at": at}
    asked: dict[str, Any] = {
        "device": None,
        "at": at,
        "by": shop.tess,
        "actor": shop.tess.actor,
        "view": "estimate",
    }
    for place in (None, {"missing": "denied"}, {**here, "latitude": 52.9}, {**here, "latitude": "x" * 3000}):
        with pytest.raises(Unusable):
            own_phone.hand_over(order, shop.jan, place=place, **asked)
    own_phone.hand_over(order, shop.jan, place=here, **asked)
