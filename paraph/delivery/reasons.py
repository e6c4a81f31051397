"""Why a message was not delivered, in plain words, from the status code that a mail server gave (RFC 3463)."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By subject and detail, the last two numbers; then by subject alone.
EXACT: dict[tuple[str, str], Promise] = {
    ("1", "1"): _("there is no such mailbox"),
    ("1", "2"): _("there is no such mail domain"),
    ("1", "3"): _("the address is not valid"),
    ("1", "6"): _("the mailbox has moved"),
    ("1", "10"): _("the domain takes no mail"),
    ("2", "1"): _("the mailbox is switched off"),
    ("2", "2"): _("the mailbox is full"),
    ("2", "3"): _("the message is too large for this mailbox"),
    ("3", "4"): _("the message is too large for their mail server"),
    ("4", "1"): _("their mail server did not answer"),
    ("4", "4"): _("no mail server was found for this domain"),
    ("4", "7"): _("it was tried for too long without success"),
    ("7", "1"): _("their mail server does not accept mail from us"),
}
GENERAL: dict[str, Promise] = {
    "1": _("there is something wrong with the address"),
    "2": _("there is something wrong with the mailbox"),
    "3": _("there is something wrong with their mail server"),
    "4": _("their mail server could not be reached"),
    "6": _("their mail server did not accept the contents"),
    "7": _("their mail server refused it for its rules"),
}


def plain(status: str) -> Promise | None:
    """The reason in a few words, to stand in a sentence; None when the code says nothing."""
    parts = status.split(".")
    if len(parts) != 3:
        return None
    return EXACT.get((parts[1], parts[2])) or GENERAL.get(parts[1])
