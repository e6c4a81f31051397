"""Who may open which address: the authorisation table (ASVS 8.1.1). A route without an entry fails the tests.

Written by hand and on purpose not derived from `people.access`: both must say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.attacks import bodies
from tests.attacks.world import ANONYMOUS, EVERYBODY, GUEST, MANAGER, OUTSIDER, RIVAL, STAFF, World

Expected = Mapping[str, int | str]
Body = Callable[[World], Mapping[str, Any]]
LETTERS = dict(zip("MDTB", STAFF, strict=True))
# Parameters whose value names a row, and so can be somebody else's.
NOT_IDS = {
    "list",
    "view",
    "name",
    "number",
    "side",
    "first",
    "token",
    "member",
    "key",
    "welcome_key",
    "reset_key",
    "provider",
    "session",
}
DEMO_VALUES = {
    "name": "20260101T000000.000000Z-00000000",
    "number": 0,
    "provider": "sso",
    "session": "00000000-0000-4000-8000-000000000001",
    "side": "printed",
    "first": 1,
}


@dataclass(frozen=True)
class Route:
    """What each person gets by GET and by POST. `args` says which object stands for which parameter."""

    get: Expected
    post: Expected
    args: Mapping[str, str] = field(default_factory=dict)
    body: Body = lambda world: {}

    def address(self, name: str, world: World, **others: Any) -> str:
        """The path, with some parameters replaced."""
        known = {**world.ids, **DEMO_VALUES, "view": "estimate", "key": "seal-root.pem"}
        return reverse(name, kwargs={key: known[word] for key, word in self.args.items()} | others)

    @property
    def ids(self) -> list[str]:
        """The parameters that name a row."""
        return [key for key, word in self.args.items() if word not in NOT_IDS]


def all_get(outcome: int | str, **others: int | str) -> Expected:
    """The same for everybody but those named."""
    return {**dict.fromkeys(EVERYBODY, outcome), **others}


def staff(letters: str, good: int | str, *, foreign: int | str = 404, **others: int | str) -> Expected:
    """Members with these roles (M, D, T, B) get in; others are refused, strangers sent to sign in."""
    roles = {role: good if letter in letters else 403 for letter, role in LETTERS.items()}
    return {ANONYMOUS: "sign-in", GUEST: "sign-in", OUTSIDER: "sign-in", **roles, RIVAL: foreign, **others}


def told(letters: str, good: int, *, foreign: int = 200, **others: int) -> Expected:
    """What the app asks for in JSON: 401 for whoever is not signed in, 403 without the right."""
    return staff(letters, good, foreign=foreign, **{ANONYMOUS: 401, GUEST: 401, OUTSIDER: 401, **others})


def page(letters: str, *, foreign: int = 404, **args: str) -> Route:
    """A staff page to read."""
    return Route(staff(letters, 200, foreign=foreign), all_get(405), args)


def act(
    letters: str, body: Body = lambda world: {}, *, good: int = 302, foreign: int = 404, **args: str
) -> Route:
    """A staff act."""
    return Route(all_get(405), staff(letters, good, foreign=foreign), args, body)


def form(
    letters: str, body: Body, *, good: int = 302, foreign: int | tuple[int, int] = 404, **args: str
) -> Route:
    """A staff form."""
    read, sent = foreign if isinstance(foreign, tuple) else (foreign, foreign)
    return Route(staff(letters, 200, foreign=read), staff(letters, good, foreign=sent), args, body)


def guests(
    get: int, post: int, body: Body = lambda world: {}, *, invitation: str = "invitation", **args: str
) -> Route:
    """A page of one invitation: for nobody but its own guest, and nobody else learns that it exists."""
    refused = 404 if get != 405 else 405
    read = all_get(refused, **{GUEST: get})
    sent = all_get(404 if post != 405 else 405, **{GUEST: post})
    return Route(read, sent, {"invitation_id": invitation, **args}, body)


ALL = "MDTB"
TABLE: dict[str, Route] = {
    # Probes: ok or not ok for anybody (no worker is alive in the tests), figures for this machine or a token alone.
    "healthz": Route(all_get(200), all_get(405)),
    "readyz": Route(all_get(503), all_get(405)),
    "metrics": Route(all_get(404), all_get(405)),
    "shared:language": Route(all_get(405), all_get(302), {}, lambda world: {"language": "nl", "next": "/"}),
    # --- customers: whoever holds the link is let in by it; every other address belongs to one session ---
    "portal:link": Route(all_get(200), all_get(302), {"token": "token"}),
    # The same without its last slash, which mail programs lose.
    "portal:link_cut": Route(all_get(200), all_get(302), {"token": "token"}),
    "portal:order": guests(200, 405),
    "portal:renewal": guests(405, 302),
    "portal:language": guests(405, 302, lambda world: {"language": "nl"}),
    "portal:decision": guests(405, 302, lambda world: {"choice": "rejected"}, item_id="item"),
    "portal:approve_all": guests(405, 302),
    "portal:line_comments": guests(405, 302, bodies.said, item_id="item"),
    "portal:comments": guests(405, 302, bodies.said),
    "portal:timeline": guests(200, 405),
    "portal:decline": guests(200, 302, lambda world: {"reason": "Too dear"}),
    "portal:confirm": guests(200, 302),
    "portal:paper": guests(200, 302, lambda world: {"format": "a4", "language": "en"}),
    "portal:paper_approve": guests(405, 302),
    "portal:paper_waiting": guests(200, 405),
    "portal:paper_file": guests(200, 405, paper_id="paper"),
    "portal:opt_out": guests(405, 302),
    "portal:opt_in": guests(405, 302),
    "portal:dispute": guests(200, 302, lambda world: {"reason": "Wrong"}),
    "portal:disputed": guests(200, 405, invitation="disputing", dispute_id="dispute"),
    "portal:dispute_add": guests(
        405, 302, lambda world: {"text": "More"}, invitation="disputing", dispute_id="dispute"
    ),
    "portal:dispute_take_back": guests(405, 302, invitation="disputing", dispute_id="dispute"),
    "portal:dispute_photo": guests(
        200, 405, invitation="disputing", dispute_id="dispute", photo_id="photo", page="number"
    ),
    "portal:review": guests(302, 302),
    "portal:sign": guests(200, 400, lambda world: {"name": ""}, ceremony_id="ceremony"),
    "portal:photo": guests(200, 405, invitation="reporting", digest="picture"),
    "portal:own_phone": guests(405, 200, ceremony_id="ceremony"),
    "portal:own_phone_made": guests(405, 400, ceremony_id="ceremony"),
    "portal:own_phone_proof": guests(405, 400, ceremony_id="ceremony"),
    "portal:receipt": guests(200, 405, invitation="signed"),
    "portal:print": guests(200, 405),
    "portal:invoice": guests(200, 405, invitation="reader", invoice_id="invoice"),
    "portal:sealed": guests(200, 405, invitation="signed"),
    "portal:receipt_file": guests(200, 405, invitation="signed"),
    "portal:record": guests(200, 405, invitation="signed"),
    # Signed paper on its way back; each page belongs to the party that uploaded it.
    "portal:upload": guests(200, 405),
    "portal:upload_files": guests(405, 400),
    "portal:upload_order": guests(405, 302, lambda world: {"pages": str(world.draft_page.pk)}),
    "portal:upload_afresh": guests(405, 302),
    "portal:upload_send": guests(405, 302),
    "portal:upload_page": guests(200, 405, page_id="page"),
    "portal:upload_turn": guests(405, 302, page_id="page"),
    "portal:upload_move": guests(405, 302, lambda world: {"by": "1"}, page_id="page"),
    "portal:upload_remove": guests(405, 302, page_id="page"),
    "portal:upload_restore": guests(405, 302, page_id="page"),
    "portal:scan_page": guests(200, 405, invitation="signed", number="first"),
    # How to check a document: for everybody, also without any link.
    "portal:proof": Route(all_get(200), all_get(400)),
    "portal:proof_key": Route(all_get(200), all_get(405), {"name": "key"}),
    "portal:preview": Route(
        all_get(404, **{MANAGER: 200}), all_get(405), {"order_id": "order", "view": "view"}
    ),
    # --- staff ---
    "office:start": page(ALL, foreign=200),
    "office:sign_in": Route(all_get(200), all_get(400)),
    # Whoever signs in, in whatever way, is a stranger until they are in.
    "account_login": Route(all_get(200), all_get(400)),
    "account_email": form(ALL, lambda world: {"name": "Me", "language": "nl"}, foreign=(200, 302)),
    "mfa_authenticate": Route(all_get("sign-in"), all_get("sign-in")),
    "office:passkey": Route(all_get(405), all_get(400)),
    "office:passkey_options": Route(all_get(405), all_get(200)),
    "office:forgotten": Route(all_get(200), all_get(400)),
    "office:reset": Route(all_get(200), all_get(400), {"token": "reset_key"}),
    "office:join": Route(all_get(200), all_get(400), {"token": "welcome_key"}),
    "office:join_passkey": Route(all_get(405), all_get(200), {"token": "welcome_key"}),
    # Not there where no provider is configured; tests/web/office/test_sso.py has one.
    "openid_connect_login": Route(all_get(405), all_get(404), {"provider_id": "provider"}),
    "openid_connect_callback": Route(all_get(404), all_get(405), {"provider_id": "provider"}),
    # One's own account. Nobody here proved themselves lately, so what matters leads to that first.
    "office:organisations": Route(staff(ALL, 200, foreign=200), staff(ALL, 404)),
    "office:confirm": Route(staff(ALL, 200, foreign=200), staff(ALL, 400, foreign=400)),
    "office:confirm_options": act(ALL, good=200, foreign=200),
    "office:account": form(ALL, lambda world: {"name": "Me", "language": "nl"}, foreign=(200, 302)),
    "office:password": Route(staff(ALL, 302, foreign=302), staff(ALL, 302, foreign=302)),
    "office:sign_out_everywhere": act(ALL, foreign=302),
    "office:sessions_end": act(ALL, foreign=302),
    # Of one's own sessions alone; any other is not there, and the list is shown again.
    "office:session_end": act(ALL, foreign=302, pk="session"),
    "office:factors": page(ALL, foreign=200),
    "office:factor_app": Route(staff(ALL, 302, foreign=302), staff(ALL, 302, foreign=302)),
    "office:factor_passkey": Route(staff(ALL, 302, foreign=302), staff(ALL, 302, foreign=302)),
    "office:factor_options": act(ALL, foreign=302),
    "office:factor_codes": Route(staff(ALL, 302, foreign=302), staff(ALL, 302, foreign=302)),
    "office:factor_remove": act(ALL, foreign=302, factor="number"),
    # Manage users, and the organisation.
    "office:settings": form("M", bodies.settings, foreign=(200, 409)),
    "office:kinds": page("M", foreign=200),
    "office:kind_new": form("M", lambda world: {"name": "Field ticket"}, foreign=(200, 302)),
    "office:kinds_arrange": act("M", lambda world: {"place": world.kind.pk}, foreign=302),
    "office:kind": form("M", lambda world: {"name": "Other name"}, pk="kind"),
    "office:kind_archive": act("M", pk="kind"),
    "office:kind_restore": act("M", pk="kind"),
    "office:kind_delete": act("M", pk="kind"),
    "office:properties": page("M", foreign=200),
    "office:property_new": form("M", bodies.property, foreign=(200, 302)),
    "office:properties_arrange": act("M", lambda world: {"place": world.detail.pk}, foreign=302),
    "office:property": form("M", bodies.property, pk="property"),
    "office:property_archive": act("M", pk="property"),
    "office:property_restore": act("M", pk="property"),
    "office:property_delete": act("M", pk="property"),
    "office:on_site": page("M", foreign=200),
    "office:on_site_all": form("M", bodies.policy, foreign=(200, 302)),
    "office:on_site_kind": form("M", bodies.policy, pk="kind"),
    "office:parts": page("M", foreign=200),
    "office:part_new": form("M", bodies.part, foreign=(200, 302)),
    "office:parts_read": act("M", good=400, foreign=400),
    "office:parts_csv": page("M", foreign=200),
    "office:part": form("M", bodies.part, pk="part"),
    "office:part_archive": act("M", pk="part"),
    "office:part_restore": act("M", pk="part"),
    "office:labour_codes": page("M", foreign=200),
    "office:labour_code_new": form("M", bodies.labour_code, foreign=(200, 302)),
    "office:labour_code": form("M", bodies.labour_code, pk="labour_code"),
    "office:labour_code_archive": act("M", pk="labour_code"),
    "office:labour_code_restore": act("M", pk="labour_code"),
    "office:checklist": page("M", foreign=200),
    "office:checklist_new": form("M", bodies.point, foreign=(200, 302)),
    "office:checklist_arrange": act("M", lambda world: {"place": world.listed[2].pk}, foreign=302),
    "office:checklist_point": form("M", bodies.point, pk="point"),
    "office:checklist_archive": act("M", pk="point"),
    "office:checklist_restore": act("M", pk="point"),
    "office:members": page("M", foreign=200),
    "office:member_invite": form("M", bodies.invited, foreign=(200, 302)),
    "office:member": form("M", lambda world: {"role": "biller"}, pk="colleague"),
    "office:member_off": act("M", pk="colleague"),
    "office:member_on": act("M", pk="colleague"),
    "office:member_factors": act("M", pk="colleague"),
    "office:welcome_again": act("M", welcome="welcome"),
    "office:welcome_withdraw": act("M", welcome="welcome"),
    "office:sign_out": Route(all_get(405), all_get("sign-in")),
    "office:live": page(ALL, foreign=200),
    "office:orders": page(ALL, foreign=200),
    "office:order_new": form("MD", bodies.line, foreign=(200, 400)),
    "office:places": page("MDT", foreign=200),
    "office:picks": page("MDT", foreign=200, kind="list"),
    "office:details": act("MDT", lambda world: {"order": world.order.pk}, good=200),
    "office:order": page(ALL, pk="order"),
    "office:order_edit": form("MDT", bodies.line, pk="order"),
    # Lines 2 and 3 of the world's order have no consent yet (S1-04).
    "office:report": act("MDT", good=409, pk="order"),
    "office:reopen": act("MDT", pk="order"),
    # Managers, dispatchers and technicians answer; a manager resolves (docs/decisions/0030).
    "office:disputes": page(ALL, foreign=200),
    "office:dispute_answer": act("MDT", bodies.said, pk="disputed", dispute="dispute"),
    "office:dispute_resolve": act(
        "M",
        lambda world: {"resolution": "explained", "text": "It is so"},
        pk="disputed",
        dispute="dispute",
    ),
    "office:dispute_original": page(ALL, pk="disputed", dispute="dispute", photo="photo"),
    "office:dispute_photo": page(ALL, pk="disputed", dispute="dispute", photo="photo", page_number="number"),
    "office:attempt": act("MDT", bodies.attempt, pk="order"),
    "office:email": form("M", bodies.email, pk="order"),
    "office:link": act("M", bodies.link, good=200, pk="order"),
    "office:comment": act("MDT", bodies.said, pk="order"),
    "office:line_comment": act("MDT", bodies.said, pk="order", item="item"),
    "office:photo_add": act("MDT", good=400, pk="order"),
    "office:photo": page(ALL, pk="order", photo="shot"),
    "office:photo_original": page(ALL, pk="order", photo="shot"),
    "office:photo_remove": act("MDT", pk="order", photo="shot"),
    "office:comment_delete": act("M", pk="order", comment="comment"),
    "office:renew": act("M", pk="order", invitation="invitation"),
    "office:remind": act("M", pk="order", invitation="invitation"),
    "office:extend": act("M", lambda world: {"hours": "48"}, pk="order", invitation="invitation"),
    "office:revoke": act("M", pk="order", invitation="invitation"),
    "office:withdraw": act("M", pk="order", signoff="signoff"),
    "office:sealed": page(ALL, pk="order"),
    "office:sealed_of": page(ALL, pk="order", signoff="sealed"),
    "office:print": page(ALL, pk="order", view="view"),
    "office:record": page(ALL, pk="order", signature="signature"),
    "office:receipt": page(ALL, pk="order", signature="signature"),
    # Returned paper: read by everybody, decided on by managers.
    # A signature in doubt: a manager's alone.
    "office:verifications": page("M", foreign=200),
    "office:verification": page("M", pk="doubted", verification="verification"),
    "office:verification_verify": act("M", pk="doubted", verification="verification"),
    "office:verification_reject": act(
        "M", lambda world: {"reject-sentence": "Not him"}, pk="doubted", verification="verification"
    ),
    "office:captures": page(ALL, foreign=200),
    "office:capture": page(ALL, capture="capture"),
    "office:capture_take": act("M", good=409, capture="capture"),
    "office:capture_discard": act("M", lambda world: {"sentence": "Signed on paper."}, capture="capture"),
    "office:returns": page(ALL, foreign=200),
    "office:return": page(ALL, pk="papered", returned="returned"),
    "office:return_accept": act("M", good=409, pk="papered", returned="returned"),
    "office:return_back": act(
        "M", lambda world: {"sentence": "Page 1 is too dark."}, pk="papered", returned="returned"
    ),
    "office:return_scan": page(ALL, pk="papered", returned="returned"),
    "office:return_file": page(ALL, pk="papered", returned="returned", file="file"),
    "office:return_picture": page(ALL, pk="papered", returned="returned", side="side", number="first"),
    # Invoices: read by the office, made and changed by managers and billers.
    "office:invoices": page("MDB", foreign=200),
    "office:figures": page("MD", foreign=200),
    "office:figures_csv": page("MD", foreign=200),
    "office:invoices_csv": page("MDB", foreign=200),
    "office:invoice": Route(
        staff("MDB", 200), staff("MB", 302), {"pk": "draft"}, lambda world: {"language": "en", "revision": 1}
    ),
    "office:invoice_pdf": page("MDB", pk="invoice"),
    "office:invoice_xml": page("MDB", pk="invoice"),
    "office:invoice_draft": act("MB", pk="billed", signoff="approval"),
    "office:invoice_renew": act("MB", pk="draft"),
    "office:invoice_issue": act("MB", lambda world: {"revision": 1}, pk="draft"),
    "office:invoice_send": act("MB", bodies.sending, pk="invoice"),
    "office:invoice_void": act("MB", lambda world: {"reason": "Wrong"}, pk="invoice"),
    "office:seller": form("M", bodies.seller, foreign=(200, 409)),
    "office:buyer": form(
        "MD", lambda world: {"street": "Weg 1", "city": "Luik", "country": "BE"}, pk="customer"
    ),
    "office:customers": page(ALL, foreign=200),
    "office:customer_new": form("MD", lambda world: {"name": "New customer"}, foreign=(200, 302)),
    "office:customer": form("MD", lambda world: {"name": "Other name"}, pk="customer"),
    "office:site_area": form("MD", bodies.area, pk="customer", site="site"),
    "office:contact": page("MD", pk="customer", contact="contact"),
    "office:contact_pin": act(
        "MD", lambda world: {"do": "agree", "pin": "482913"}, pk="customer", contact="contact"
    ),
    "office:contact_passkey": act("MD", pk="customer", contact="contact", passkey="passkey"),
    "office:notices": page(ALL, foreign=200),
    "office:notices_read": act(ALL, foreign=302),
    # A notice is one member's own; a colleague's is not there.
    "office:notice_read": Route(
        all_get(405),
        {**staff(ALL, 404), MANAGER: 302},
        {"pk": "notice"},
    ),
    "office:devices": page("M", foreign=200),
    "office:device_rename": act("M", lambda world: {"name": "Other"}, pk="device"),
    "office:device_revoke": act("M", pk="device"),
    # --- the technician's phone: a shell without anything of anybody, and JSON for those who may capture ---
    "field:shell": Route(all_get(200), all_get(405)),
    "field:worker": Route(all_get(200), all_get(405)),
    "field:manifest": Route(all_get(200), all_get(405)),
    "field:work": Route(told("MDT", 200), all_get(405)),
    # Another member's order is not there, not even for their manager.
    "field:order": Route(told("MDT", 404, foreign=404, technician=200), all_get(405), {"pk": "order"}),
    "field:enrol": Route(all_get(405), told("MDT", 400, foreign=400)),
    # Anybody may send envelopes: only what a known phone's key signed is kept.
    "field:sync": Route(all_get(405), all_get(200)),
    # Nobody's order is named, so none is found.
    "field:code": Route(all_get(405), told("MDT", 404, foreign=404)),
    "field:own_phone": Route(all_get(405), told("MDT", 404, foreign=404)),
    # No capture is named, so nothing is told.
    "field:own_phone_report": Route(told("MDT", 200), all_get(405)),
    # Only what this very member showed on site.
    "field:own_phone_state": Route(told("MDT", 404, foreign=404), all_get(405), {"pk": "invitation"}),
    "field:unlock": Route(all_get(405), told("MDT", 200)),
    "field:unlock_proof": Route(all_get(405), told("MDT", 400, foreign=400)),
    "field:sign_out": Route(all_get(405), told("MDT", 200)),
    # --- the demo's doors do not exist in production ---
    "office:demo": Route(all_get(404), all_get(404)),
    "office:demo_enter": Route(all_get(404), all_get(404), {"pk": "member"}),
    "office:demo_mails": Route(all_get(404), all_get(404)),
    "office:demo_mail": Route(all_get(404), all_get(404), {"name": "name"}),
    "office:demo_letter": Route(all_get(404), all_get(404), {"name": "name"}),
    "office:demo_attachment": Route(all_get(404), all_get(404), {"name": "name", "number": "number"}),
}


def walk(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, set[str]]]:
    """Every route of the URL configuration: its name with namespace, and its parameters."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from walk(one, f"{one.namespace}:" if one.namespace else space)
        else:
            assert isinstance(one, URLPattern)
            yield f"{space}{one.name}", set(one.pattern.converters)
