"""While a customer has the technician's phone, the technician's session opens nothing on it (S1-31, decision 0037).

The secret: the app marks the browser with a cookie, which works off line too, and takes the mark away when the
technician has unlocked it. With the mark everything that a session opens is shut, but for what stands here.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from paraph.web.shared import access_log, errors

COOKIE = "__Host-hand"
REASON = "handed-over"
SENTENCE = _("This phone is with the customer. Unlock it in the app.")
WORDS = errors.Words(_("This is closed for now"), SENTENCE)
# Faces that no member's session opens: the customer's own pages, and what is the same for everybody.
FACES = frozenset({"portal", "shared"})
# What the app itself needs in a customer's hands. None of it tells of an order, of a person or of the office.
PAGES = frozenset(
    {
        "field:shell",
        "field:worker",
        "field:manifest",
        "field:sync",  # the phone's key vouches for it
        "field:code",
        "field:own_phone",
        "field:own_phone_report",
        "field:own_phone_state",
        "field:unlock",
        "field:unlock_proof",
        "field:sign_out",  # how a phone that lost what it kept lets go
    }
)


class HandedOver:
    """Refuse what a member's session would open, while the browser says that the customer has the phone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on: which address it is, is known a little later."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_args: object) -> HttpResponse | None:
        """Runs once the address and the user are known."""
        if COOKIE not in request.COOKIES or _is_open(request) or not request.user.is_authenticated:
            return None
        access_log.refused(request, "refused", REASON)
        if _face(request) == "field":
            # The app asks here for its token, too: with it, it can ask for the unlocking.
            told = {"reason": REASON, "sentence": str(SENTENCE), "csrf": get_token(request)}
            closed = {"Content-Security-Policy": "sandbox; default-src 'none'"}
            return JsonResponse(told, status=403, headers=closed)
        app = reverse("field:shell")
        return errors.page(request, 403, words=WORDS, home=app, home_label=_("To the app"))


def _face(request: HttpRequest) -> str:
    return request.resolver_match.namespace if request.resolver_match else ""


def _is_open(request: HttpRequest) -> bool:
    match = request.resolver_match
    return _face(request) in FACES or (match is not None and match.view_name in PAGES)
