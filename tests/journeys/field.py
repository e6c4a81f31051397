"""What a technician and a customer do on the technician's phone, in their words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Geolocation, Page, expect

from paraph.people.models import Member
from tests.browser import watch
from tests.journeys import steps
from tests.journeys.conftest import PHONE, Office

LOCK = "24681357"  # so long that no id and no ciphertext holds it by chance
SITE: Geolocation = {"latitude": 52.2447, "longitude": 6.0466, "accuracy": 12.0}

STORED = """async () => {
  const text = value => {
    if (value instanceof CryptoKey) return '(key)';
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return new TextDecoder().decode(value);
    if (value && typeof value === 'object') return Object.entries(value).map(([k, v]) => k + '=' + text(v)).join(' ');
    return String(value);
  };
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    const base = await new Promise((done, fail) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => fail(asked.error);
    });
    for (const shelf of base.objectStoreNames) {
      const store = base.transaction(shelf).objectStore(shelf);
      const all = asked => new Promise(done => { asked.onsuccess = () => done(asked.result); });
      found.push(shelf, ...(await all(store.getAllKeys())).map(String), ...(await all(store.getAll())).map(text));
    }
    base.close();
  }
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) {
      found.push(request.url);
      found.push(await (await caches.match(request)).text());
    }
  found.push(JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie);
  return found.join('\\n');
}"""


OPEN = """const base = await new Promise(done => {
    const asked = indexedDB.open('paraph-field');
    asked.onsuccess = () => done(asked.result);
  });
  const all = asked => new Promise(done => { asked.onsuccess = () => done(asked.result); });"""
NAMES = f"""async () => {{ {OPEN}
  const turn = base.transaction(['vault', 'keys']);
  const found = [];
  for (const shelf of ['vault', 'keys']) found.push(...await all(turn.objectStore(shelf).getAllKeys()));
  base.close();
  return found;
}}"""
QUEUE = f"""async () => {{ {OPEN}
  const found = await all(base.transaction('queue').objectStore('queue').getAll());
  base.close();
  return found;
}}"""
SPOIL = f"""async () => {{ {OPEN}
  const store = base.transaction('queue', 'readwrite').objectStore('queue');
  for (const row of await all(store.getAll())) {{
    (CHANGE)(row);
    await all(store.put(row, row.id));
  }}
  base.close();
}}"""


class Phone:
    """A technician's phone: a browser that may know where it is."""

    def __init__(self, page: Page, origin: str = "") -> None:
        self.page, self.origin = page, origin

    @property
    def context(self) -> BrowserContext:
        """The browser behind it."""
        return self.page.context

    def enrol(self, name: str = "Blue phone") -> None:
        """Use this phone, and see the list of orders."""
        page = self.page
        page.goto(f"{self.origin}/field/")
        expect(page.get_by_role("heading", name="Use this phone")).to_be_visible()
        page.get_by_label("Name of this phone").fill(name)
        page.get_by_label("Unlock code, 4 to 8 digits").fill(LOCK)
        page.get_by_label("The same code once more").fill(LOCK)
        page.get_by_role("button", name="Use this phone").click()
        self.at_orders()

    def ready(self) -> Phone:
        """Enrolled, with its orders and the shell."""
        self.enrol()
        self.ready_offline()
        return self

    def refresh(self) -> None:
        """Ask the server."""
        self.page.get_by_role("button", name="Refresh").click()

    def kept_names(self) -> list[str]:
        """The names of all that the vault keeps, and of the keys."""
        return list(self.page.evaluate(NAMES))

    def queue(self) -> list[dict[str, Any]]:
        """The envelopes as they stand in the phone's store."""
        return list(self.page.evaluate(QUEUE))

    def spoil(self, script: str) -> None:
        """Change each row of the queue by hand, as somebody with the phone and its tools could: `row => …`."""
        self.page.evaluate(SPOIL.replace("CHANGE", script))

    def at_orders(self) -> None:
        """The list is there."""
        expect(self.page.get_by_role("heading", name="Your orders")).to_be_visible()

    def ready_offline(self) -> None:
        """The worker has the shell, and all orders are there."""
        self.page.evaluate("() => navigator.serviceWorker.ready.then(() => null)")
        expect(self.page.locator("[data-part=updated]")).to_contain_text("Brought up to date")

    def off_line(self, off: bool = True) -> None:
        """Into the cellar, or out of it."""
        self.context.set_offline(off)

    def stored(self) -> str:
        """Everything readable that the browser keeps for this address."""
        return str(self.page.evaluate(STORED))

    def open_order(self, number: str) -> None:
        """Tap an order."""
        self.page.get_by_role("link", name=re.compile(number)).click()
        expect(self.page.get_by_role("heading", name="What was done")).to_be_visible()

    def report(self, hours: str = "2.5", action: str = "Replaced and tested.") -> None:
        """Say of every line what was done, and confirm the checklist."""
        page = self.page
        for one in page.get_by_label("What did you do?").all():
            one.fill(action)
        for one in page.get_by_label("Hours worked").all():
            one.fill(hours)
        for box in page.locator("[name=point]").all():
            box.check()

    def hand_over(self, language: str = "English") -> None:
        """Give the phone to the customer, who chooses a language."""
        self.page.get_by_role("button", name="Hand over to the customer").click()
        self.page.get_by_role("button", name=language).click()

    def accept_all(self) -> None:
        """The customer accepts every line and goes on."""
        self.page.get_by_role("button", name="Accept every line").click()
        self.page.get_by_role("button", name="Continue").click()
        expect(self.page.get_by_role("heading", name="Who are you?")).to_be_visible()

    def accept_line(self, number: int, word: str) -> None:
        """The customer accepts or refuses one line."""
        self.page.get_by_role("group", name=f"Line {number}").get_by_role("button", name=word).click()

    def be(self, name: str) -> None:
        """The customer chooses their name."""
        self.page.get_by_role("radio", name=name).check()

    def sign(self) -> str:
        """Agree, type one's name, sign; returns the receipt code."""
        page = self.page
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", name="Sign", exact=True)).to_be_visible()
        page.locator("[name=consent]").check()
        steps.type_name(page)
        page.get_by_role("button", name="Sign", exact=True).click()
        expect(page.get_by_role("heading", name="You have signed")).to_be_visible()
        return page.locator(".receipt-code").inner_text()

    def take_back(self) -> None:
        """The technician unlocks the phone."""
        page = self.page
        page.get_by_role("button", name="For the technician").click()
        page.get_by_label("Unlock code").fill(LOCK)
        page.get_by_role("button", name="Unlock", exact=True).click()
        self.at_orders()


@pytest.fixture
def phone(office: Office) -> Callable[..., Phone]:
    """`phone(member)` is the phone of a member who has signed in on it."""

    def come(member: Member, **options: Any) -> Phone:
        place = {"permissions": ["geolocation"], "geolocation": SITE}
        return Phone(office(member, **{**PHONE, **place, **options}))

    return come


def watched(page: Page, complaints: list[str]) -> Page:
    """A page that is watched like any other."""
    watch(page, complaints)
    return page
