"""The demo, once settings are there: filled once, and where to find everything."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.urls import reverse

from paraph.config import demo, demo_history
from paraph.lib import clock
from paraph.operate import startup
from paraph.operate.scratch import NOTE, Sorry

FILLING, FILLED = "being filled", "filled"


def fill() -> bool:
    """Make the demo company unless it is there; True when it was made now.

    Raises `Sorry` for an installation in use, and for a demo that was half made.
    """
    note = settings.PARAPH_DATA / NOTE
    state = note.read_text() if note.exists() else ""
    if state == FILLING:
        raise Sorry("the demo company was only half made; start over: paraph demo --reset")
    if demo.is_filled():
        if state != FILLED:
            raise Sorry(
                f"{settings.PARAPH_DATA} is in use by an installation; set PARAPH_DATA to another folder"
            )
        return False
    print("making the demo company …", flush=True)
    note.write_text(FILLING)
    demo.fill()
    note.write_text(FILLED)
    return True


def make_keys() -> list[str]:
    """Missing keys, as old as the company that is to be made; says which. Where a company is, they begin now."""
    with clock.set_back(timedelta() if demo.is_filled() else demo_history.PAST):
        return startup.make_keys()


def addresses() -> list[str]:
    """Lines that say where to sign in, to read the mails, and to be a customer."""
    links = demo.customer_links()
    return [
        "",
        "Paraph demo",
        f"  Staff     {settings.PARAPH_ORIGIN}{reverse('office:demo')}   sign in as anybody, with one click",
        f"  Mailbox   {settings.PARAPH_ORIGIN}{reverse('office:demo_mails')}   every mail that was sent",
        *(f"  Customer  {address}" for _, address in links[:1]),
        "  Stop with Ctrl-C; the data stays. Start over: make demo RESET=1",
        "",
    ]
