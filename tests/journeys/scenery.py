"""One shop in which every page has something to show, and the list of those pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from paraph.automation import runner
from paraph.lib import clock
from paraph.people.models import Role
from paraph.signoff import ceremonies, invitations, requests
from paraph.signoff.models import Invitation, View
from paraph.work import comments
from paraph.work.models import WorkOrder
from tests import cast
from tests.attacks.reported import make_report
from tests.billing import bills
from tests.capture.phone import Phone
from tests.cast import Shop

DECIDES, SIGNED, ENDED = "decides", "signed", "ended"
PROGRESS, BILLED, REPORTED = "progress", "billed", "reported"


@dataclass
class Scenery:
    """An order being decided on, one signed and sealed, one whose link ended, one in work, one billed, one done."""

    shop: Shop
    orders: dict[str, WorkOrder]
    invitations: dict[str, Invitation]

    def link(self, name: str) -> str:
        """The path of a signing link."""
        return self.shop.path(self.invitations[name])


@dataclass(frozen=True)
class Sight:
    """One page: who looks (a contact's invitation, a role, nobody), where, its heading as in the source, its status."""

    name: str
    who: str
    path: str
    heading: str
    status: int = 200
    press: str = ""
    """A button to press first, by the address its form goes to."""


SIGHTS = (
    Sight("link", "", "{link_decides}", "%(shop)s asks for your decision"),
    Sight("expired", "", "{link_ended}", "This link has ended", 410),
    Sight("new-link", "", "{link_ended}", "Your request for a new link is on its way", 410, press="?renewal"),
    Sight("check", "", "/proof/", "Check a document"),
    Sight("not-there", "", "/s/nonsense/", "There is nothing here", 404),
    Sight("sign-in", "", "/sign-in/", "Sign in"),
    Sight("order-pending", DECIDES, "/p/{decides}/", "Summary"),
    Sight("steps", DECIDES, "/p/{decides}/timeline/", "What happened"),
    Sight("sign", DECIDES, "/p/{decides}/", "Review and sign", press="review/"),
    Sight("order-signed", SIGNED, "/p/{signed}/", "Summary"),
    Sight("receipt", SIGNED, "/p/{signed}/receipt/", "You have signed"),
    Sight("progress", PROGRESS, "/p/{progress}/", "Hours"),
    Sight("report", REPORTED, "/p/{reported}/", "Summary"),
    Sight("report-sign", REPORTED, "/p/{reported}/", "Review and sign", press="review/"),
    Sight("progress-link", "", "{link_progress}", "%(shop)s sent you a progress report"),
    Sight("invoice", BILLED, "/p/{billed}/", "Invoice"),
    Sight("start", Role.MANAGER, "/", "What needs attention"),
    Sight("orders", Role.MANAGER, "/orders/", "Orders"),
    Sight("order-office", Role.MANAGER, "/orders/{order_decides}/", "People and invitations"),
    Sight("order-office-signed", Role.MANAGER, "/orders/{order_signed}/", "Signature"),
    Sight("edit", Role.MANAGER, "/orders/{order_decides}/edit/", "Change the order"),
    Sight("new", Role.MANAGER, "/orders/new/", "New order"),
    Sight("email", Role.MANAGER, "/orders/{order_decides}/email/", "Email work order"),
    Sight(
        "preview",
        Role.MANAGER,
        "/preview/{order_decides}/authorisation/",
        "Preview: nothing can be changed here",
    ),
    Sight("preview-progress", Role.MANAGER, "/preview/{order_progress}/progress/", "Hours"),
    Sight("preview-invoice", Role.MANAGER, "/preview/{order_billed}/invoice/", "Invoice"),
    Sight("order-office-progress", Role.MANAGER, "/orders/{order_progress}/", "Money and hours"),
    Sight("email-invoice", Role.MANAGER, "/orders/{order_billed}/email/", "Only to read"),
    Sight("customers", Role.MANAGER, "/customers/", "Customers"),
    Sight("customer", Role.MANAGER, "/customers/{customer}/", "Contacts"),
    Sight("notices", Role.MANAGER, "/notices/", "Notices"),
    Sight("forgotten", "", "/sign-in/forgotten/", "Choose a new password"),
    Sight("account", Role.MANAGER, "/account/", "Your account"),
    Sight("factors", Role.MANAGER, "/account/factors/", "Second factor"),
    Sight("confirm", Role.MANAGER, "/confirm/", "Is it you?"),
    Sight("organisations", Role.MANAGER, "/organisations/", "Where do you want to work?"),
    Sight("settings", Role.MANAGER, "/settings/", "Signing in"),
    Sight("members", Role.MANAGER, "/settings/members/", "Access rights"),
    Sight("devices", Role.MANAGER, "/settings/devices/", "Phones"),
    Sight("invite", Role.MANAGER, "/settings/members/invite/", "Invite somebody"),
    Sight("not-allowed", Role.TECHNICIAN, "/orders/{order_decides}/email/", "This is not allowed", 403),
)


def build(shop: Shop, language: str = "en") -> Scenery:
    """Set the stage, with everybody reading one language. Signs, so run it aside from a browser."""
    for member in shop.members.values():
        member.user.language = language
        member.user.save()
    shop.jan.language = language
    shop.jan.save()
    Phone.enrolled(shop.tess, "Blue phone")
    orders = {name: shop.open_order(lines=3) for name in (DECIDES, SIGNED, ENDED)}
    invited = {name: shop.invite(order) for name, order in orders.items()}
    jan = cast.customer(invited[DECIDES])
    for name in (DECIDES, SIGNED):
        invitations.open(shop.path(invited[name]).split("/")[2], by=jan)
    cast.approve(invited[DECIDES], [1])
    first, second, _third = cast.lines(orders[DECIDES])
    ceremonies.decide(invited[DECIDES], second.pk, "rejected", by=jan)
    comments.add(orders[DECIDES], second, text="Can this wait until the annual?", by=jan)
    comments.add(orders[DECIDES], first, text="It is in stock.", by=shop.tess.actor)
    cast.approve(invited[SIGNED], [1, 2])
    cast.sign(ceremonies.review(invited[SIGNED], by=jan), language=language, method="drawn", mark=cast.DRAWN)
    ended = invited[ENDED]
    Invitation.objects.filter(pk=ended.pk).update(expires_at=clock.now() - timedelta(hours=1))
    _to_read(shop, orders, invited)
    runner.run_all()
    return Scenery(shop, orders, invited)


def share(shop: Shop, order: WorkOrder, view: str) -> Invitation:
    """Send Jan a view to read; the link is handed over."""
    party = requests.share(order, [shop.jan]).parties.get()
    invitation, link = invitations.hand_over(party, view=view, by=shop.mara, actor=shop.mara.actor)
    shop.links[invitation.pk] = link
    return invitation


def _to_read(shop: Shop, orders: dict[str, WorkOrder], invited: dict[str, Invitation]) -> None:
    """An order in work, with hours on two lines of three, and one that is reported and billed."""
    items = [
        cast.line("Left main tyre worn", actual_hours=Decimal("3.25")),
        cast.line("ELT battery due", actual_hours=Decimal("1")),
        cast.line("Magneto timing late"),
    ]
    orders[PROGRESS] = shop.open_order(0, items=items)
    orders[BILLED] = bills.issued(bills.ready(shop)).order
    reported, picture = make_report(shop)
    ceremonies.approve_all(reported, by=cast.customer(reported))
    orders[REPORTED], invited[REPORTED] = picture.order, reported
    invited[PROGRESS] = share(shop, orders[PROGRESS], View.PROGRESS)
    invited[BILLED] = share(shop, orders[BILLED], View.INVOICE)


def path(scenery: Scenery, sight: Sight) -> str:
    """The address of a page."""
    told: dict[str, object] = {name: invitation.pk for name, invitation in scenery.invitations.items()}
    told |= {f"order_{name}": order.pk for name, order in scenery.orders.items()}
    told |= {f"link_{name}": scenery.link(name) for name in scenery.invitations}
    return sight.path.format(customer=scenery.shop.customer.pk, **told)
