"""The letters an invitation goes out with: to the customer with the link, to the managers without it (S3-16, S3-17)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from paraph.delivery import letters, outbox
from paraph.lib import figures
from paraph.people import access
from paraph.signoff.errors import Unusable
from paraph.signoff.facts import view_name
from paraph.signoff.models import SIGNED_VIEWS, Ask, Invitation, Paper, SignOff, View

MAX_TEXT = 4000


def mail(invitation: Invitation, address: str, text: str) -> None:
    """Write the invitation to the customer, and a copy to each manager. `address` is the signing link."""
    check_text(text)
    contact = invitation.party.contact
    told = {"name": contact.name, "action_url": address}
    _post(f"invitation:{invitation.pk}", contact.email, "invitation", invitation, text, told, secret=True)
    for manager in access.managers_of(invitation.party.signoff.organisation_id):
        told = {"name": manager.user.name, "action_url": _order_page(invitation)}
        key = f"invitation-copy:{invitation.pk}:{manager.pk}"
        _post(key, manager.user.email, "invitation_copy", invitation, text, told, manager.user.language)


def mail_reminder(invitation: Invitation, address: str) -> None:
    """Write the customer once more; `address` is a fresh link to the same invitation."""
    contact = invitation.party.contact
    key = f"invitation-reminder:{invitation.pk}:{invitation.spare_keys[-1][:16]}"
    told = {"name": contact.name, "action_url": address, "printed": _printed(invitation)}
    _post(key, contact.email, "invitation_reminder", invitation, "", told, secret=True)


def mail_sent_back(invitation: Invitation, address: str, text: str) -> None:
    """Write the customer what is wrong with the paper they sent; `address` is a fresh link to the same invitation."""
    contact = invitation.party.contact
    key = f"paper-sent-back:{invitation.pk}:{invitation.spare_keys[-1][:16]}"
    told = {"name": contact.name, "action_url": address}
    _post(key, contact.email, "sent_back", invitation, text, told, secret=True)


def check_text(text: str) -> None:
    """Raise `Unusable` for a text nobody would read to its end."""
    if len(text) > MAX_TEXT:
        raise Unusable("text", _("This text is too long: at most 4,000 characters."))


def _post(
    key: str,
    to: str,
    name: str,
    invitation: Invitation,
    text: str,
    told: dict[str, Any],
    language: str = "",
    *,
    secret: bool = False,
) -> None:
    signoff: SignOff = invitation.party.signoff
    language = language or invitation.language
    context = _context(invitation, text, language) | told
    letter = letters.compose(f"signoff/mail/{name}", language, context)
    outbox.enqueue(
        key=key,
        to=to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        language=language,
        secret=secret,
        log=str(signoff.organisation_id),
        topic=signoff.order.topic,
    )


def _printed(invitation: Invitation) -> str:
    """When this party took the paper they have not come back with yet; "" without any."""
    paper = Paper.objects.filter(party=invitation.party_id).order_by("-created_at").first()
    zone = invitation.party.signoff.order.organisation.time_zone
    return figures.moment(paper.created_at, zone, invitation.language) if paper else ""


def _order_page(invitation: Invitation) -> str:
    return f"{settings.PARAPH_ORIGIN}/orders/{invitation.party.signoff.order_id}/"


def _context(invitation: Invitation, text: str, language: str) -> dict[str, Any]:
    """Words and figures of the letter in the reader's language; `until` is empty where there is no end date."""
    order = invitation.party.signoff.order
    organisation = order.organisation
    with override(language):
        view = str(view_name(invitation.view))
    end = invitation.expires_at
    return {
        "sender": organisation.name,
        "accent": organisation.accent,
        "footer": organisation.address,
        "order": order,
        "view": view,
        "contact": invitation.party.contact,
        "signs": invitation.party.ask == Ask.AUTHORISE,
        "accepting": invitation.view == View.REPORT,
        "shared": invitation.view not in SIGNED_VIEWS,
        "by": invitation.sent_by.user.name if invitation.sent_by else organisation.name,
        "text": text,
        "until": figures.moment(end, organisation.time_zone, language) if end else "",
    }
