"""*Phones*: a manager sees, names and switches off the phones that seal signatures (S1-27, line 41)."""

from __future__ import annotations

from collections.abc import Callable

from paraph.people import devices
from tests.capture.phone import Phone, send
from tests.cast import Shop
from tests.web.office.conftest import Staff


def test_S1_27_a_manager_sees_names_and_switches_off_a_phone(shop: Shop, staff: Callable[..., Staff]) -> None:
    phone = Phone.enrolled(shop.tess, "Blue")
    mara = staff(shop.mara)
    page = mara.text("/settings/devices/")
    assert "Blue" in page
    assert shop.tess.user.name in page
    at = f"/settings/devices/{phone.device.pk}/"
    assert mara.post(at + "rename/", {"name": "  Red   one "}).status_code == 302
    assert "Red one" in mara.text("/settings/devices/")
    assert mara.post(at + "revoke/").status_code == 302
    phone.device.refresh_from_db()
    assert not devices.is_let_in(phone.device)
    assert f"{at}revoke/" not in mara.text("/settings/devices/")
    assert mara.post(at + "revoke/").status_code == 302, "twice is once"


def test_S1_27_what_a_phone_sent_and_nobody_filed_is_flagged(shop: Shop, staff: Callable[..., Staff]) -> None:
    phone = Phone.enrolled(shop.tess)
    mara = staff(shop.mara)
    assert "Something waits" not in mara.text("/settings/devices/")
    send(phone.signs(shop.open_order(lines=1), shop.jan))
    assert "Something waits" in mara.text("/settings/devices/")


def test_S1_27_an_empty_list_says_how_a_phone_gets_there(shop: Shop, staff: Callable[..., Staff]) -> None:
    assert "No phone is enrolled yet" in staff(shop.mara).text("/settings/devices/")
