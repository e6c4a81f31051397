"""`paraph sample DIR`: the whole journey through the real HTTP views, and what the parties then hold.

Writes `estimate.pdf` (with the empty signature block), `sealed.pdf`, `receipt.eml`, `record.json`, and in `keys/` the
public certificates and keys to check them with: `seal-root.pem`, `seal-chain.pem`, `tsa-root.pem`, `log.vkey`.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from paraph.automation import runner
from paraph.config.demo import LINK
from paraph.config.visitor import Refused, Visitor
from paraph.delivery import mailbox, outbox
from paraph.evidence import ledger
from paraph.lib.actor import SYSTEM
from paraph.operate import startup
from paraph.people import members
from paraph.people.models import Organisation, Role
from paraph.signoff import completion

MANAGER = "mara@meridian.example"
CUSTOMER = "jan@jansen-aviation.example"
LINES = [
    (
        "Left main tyre worn to the cord",
        "Replace tyre and tube, balance.",
        "2.5",
        "92.00",
        "Tyre 6.00-6",
        "289.00",
    ),
    ("ELT battery due in 3 weeks", "Replace battery pack, test.", "1", "92.00", "Battery pack ELT", "218.00"),
    (
        "Landing light inoperative",
        "Replace lamp with LED unit.",
        "0.75",
        "92.00",
        "LED landing light",
        "319.00",
    ),
]


def play(folder: Path) -> None:
    """Play the journey and write what came of it. Needs an empty migrated database and the demo's mailbox."""
    startup.make_keys()
    startup.collect_static()
    organisation, password = _first_manager()
    shop, customer = Visitor("Paraph sample, the shop"), Visitor("Paraph sample, the customer")
    shop.open("/sign-in/")
    shop.submit("/sign-in/", {"email": MANAGER, "password": password})
    _open_order(shop)
    _send_estimate(shop)
    _come_in(customer)
    _write(folder, "estimate.pdf", customer.open(f"{customer.path}print/"))
    _decide_and_sign(customer)
    visit = customer.path.removesuffix("receipt/")
    _write(folder, "sealed.pdf", customer.open(f"{visit}sealed.pdf"))
    _write(folder, "record.json", customer.open(f"{visit}record.json"))
    _work_off()
    receipt = mailbox.to(CUSTOMER)[0]
    _write(folder, "receipt.eml", mailbox.file(receipt.name).read_bytes())
    _write_keys(folder / "keys", organisation)


def _first_manager() -> tuple[Organisation, str]:
    password = secrets.token_urlsafe(16)
    organisation = Organisation.objects.create(
        name="Meridian Field Group", address="Hangarweg 12\n6877 SB Teuge", next_order_number=1042
    )
    members.add(
        organisation,
        MANAGER,
        name="Mara de Wit",
        role=Role.MANAGER,
        password=password,
        by=SYSTEM,
    )
    return organisation, password


def _open_order(shop: Visitor) -> None:
    """A new order with a new customer, typed into the form row by row."""
    shop.open("/orders/new/")
    filled: dict[str, str] = {
        "title": "100-hour inspection",
        "object_name": "PH-KLX · Cessna 172 S",
        "new-name": "Jansen Aviation",
        "new-contact": "Jan Jansen",
        "new-email": CUSTOMER,
        "new-language": "en",
        "new-site": "Hangar 4",
    }
    for number, (finding, action, hours, rate, part, price) in enumerate(LINES):
        filled |= {
            f"line-{number}-finding": finding,
            f"line-{number}-action": action,
            f"line-{number}-estimated_hours": hours,
            f"line-{number}-hourly_rate": rate,
            f"line-{number}-tax_rate": "21",
            f"line-{number}-part-0-name": part,
            f"line-{number}-part-0-price": price,
        }
        if number + 1 < len(LINES):
            shop.submit("/orders/new/", filled, press=("add", "line"))
            shop.submit("/orders/new/", filled, press=("add", f"line-{number + 1}-part"))
    shop.submit("/orders/new/", filled)


def _send_estimate(shop: Visitor) -> None:
    shop.open(f"{shop.path}email/")
    form = next(one for one in shop.forms() if one.action.endswith("/email/"))
    (ask,) = (name for name in form.fields if name.startswith("ask-"))
    shop.submit(
        "/email/", {"text": "Please decide before Monday.", ask: "authorise"}, press=("view", "estimate")
    )
    _work_off()


def _come_in(customer: Visitor) -> None:
    letter = mailbox.to(CUSTOMER)[0]
    found = LINK.search(letter.text)
    if found is None:
        raise Refused("the invitation holds no link")
    customer.open(found.group(0))
    customer.submit("/")


def _decide_and_sign(customer: Visitor) -> None:
    """Approve two lines, reject one, ask a question, read, sign."""
    actions = [one.action for one in customer.forms() if one.action.endswith("/decision/")]
    for action, choice in zip(actions, ("approved", "approved", "rejected"), strict=True):
        customer.submit(action, press=("choice", choice))
    lines = [one.action for one in customer.forms() if re.search(r"/lines/.+/comments/$", one.action)]
    customer.submit(lines[2], {"text": "Can the light wait until the annual?"})
    customer.submit("/review/")
    signing = next(one for one in customer.forms() if "/sign/" in one.action)
    consent = re.search(r'name="consent"[^>]*value="([^"]+)"', customer.page)
    if consent is None:
        raise Refused("the page shows no statement to agree with")
    said = {
        "name": "Jan Jansen",
        "role": "Owner",
        "consent": consent.group(1),
        "method": "typed",
        "typed": "Jan Jansen",
    }
    customer.submit(signing.action, said)
    if not customer.path.endswith("/receipt/"):
        raise Refused(f"signing ended at {customer.path}")


def _work_off() -> None:
    """What the worker does between two steps."""
    runner.run_all()
    outbox.deliver_due()


def _write_keys(folder: Path, organisation: Organisation) -> None:
    keys = completion.keyset()
    _write(folder, "seal-root.pem", keys.seal_root_pem)
    _write(folder, "seal-chain.pem", keys.seal_chain_pem)
    _write(folder, "tsa-root.pem", keys.tsa_root_pem)
    _write(folder, "log.vkey", f"{ledger.vkey(organisation.log)}\n".encode())


def _write(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
