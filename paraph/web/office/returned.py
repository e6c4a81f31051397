"""One returned paper as its reviewer sees it: page beside page, why it is here, what was checked (S0-33).

The secret: which pictures belong side by side. Pages that were compared come as three pictures of one size; where
nothing could be compared, what was printed and what came back stand side by side in the order they have.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from paraph.lib.actor import Actor
from paraph.signoff import returns
from paraph.signoff.errors import Disputed
from paraph.signoff.models import ComparedPage, Match, Paper, Return, ReturnFile, ReturnState, State
from paraph.web.shared import connection

# Why a person has to look, for a reviewer: what was found, and what to look at.
WHY: dict[str, Any] = {
    Match.COMPLETE: gettext_lazy(
        "Every page is there, signed in its place, and nothing else was written on it."
    ),
    Match.WRONG_ORDER: gettext_lazy(
        "The codes on these pages are those of another order. It cannot be filed here: return it, and ask for the "
        "paper of this order."
    ),
    Match.OTHER_PARTY: gettext_lazy(
        "This paper was printed for somebody else. It cannot be filed as the signature of this customer."
    ),
    Match.OLDER_REVISION: gettext_lazy(
        "The order changed after this paper was printed, so the signature is for what it said before. Return it with "
        "a word on what changed, and the customer can print it anew."
    ),
    Match.PAGE_MISSING: gettext_lazy("Not every page came back. Accept it only if you have seen the rest."),
    Match.UNREADABLE: gettext_lazy(
        "Some pages are blank, too dark or too blurred to be read by machine. Perhaps you can read them."
    ),
    Match.FOREIGN: gettext_lazy(
        "There is none of our codes on these pages: another document, or a print without its margins."
    ),
    Match.NOT_SIGNED: gettext_lazy("All pages are there, but the signature block is empty."),
    Match.ALTERED: gettext_lazy(
        "Something was written outside the signature block: a remark, or a line struck out. Read it before you accept."
    ),
    Match.OTHER_PAGES: gettext_lazy("All pages are there, and others that do not belong to this paper."),
    Match.UNSURE: gettext_lazy(
        "The pages differ so much from the print that the machine cannot be sure of what was added."
    ),
    Match.NOT_READ: gettext_lazy("The machine could not read these pages; nothing was checked."),
    Match.CLOSED: gettext_lazy("The request was over when these pages arrived."),
}
CHECKS: dict[str, Any] = {
    "ours": gettext_lazy("Our code is on the pages"),
    "this_party": gettext_lazy("It is the paper of this order and this customer"),
    "this_revision": gettext_lazy("The order still says what the paper says"),
    "all_pages": gettext_lazy("Every page came back"),
    "only_these": gettext_lazy("No other page came along"),
    "ink_in_block": gettext_lazy("There is a signature or stamp in its block"),
    "nothing_elsewhere": gettext_lazy("Nothing was written anywhere else"),
    "who_signed": gettext_lazy("Who held the pen"),
}
DISPUTED = gettext_lazy(
    "The customer disputes this order. Until that is resolved, this paper can be neither accepted nor "
    "returned; it is kept."
)
WAS_DISPUTED = gettext_lazy(
    "It was disputed when the machine had read it, so it was not filed by itself. Read what was said, then decide."
)
# The worst first: where pages may be lost, that the file was mended goes without saying.
NOTED: dict[str, Any] = {
    "pages_lost": gettext_lazy(
        "%(name)s was damaged: these are the pages that were found, others may be missing."
    ),
    "repaired": gettext_lazy("%(name)s was damaged and has been repaired; compare its pages with care."),
    "frames_left": gettext_lazy("%(name)s is a moving picture: only its first frame is kept as a page."),
}
SIDES = ("printed", "returned", "difference")
STATES = {
    "passed": (gettext_lazy("in order"), "check", "good-text"),
    "failed": (gettext_lazy("not in order"), "cross", "bad-text"),
    "unmade": (gettext_lazy("not checked"), "minus", "soft"),
}


@dataclass(frozen=True)
class Check:
    """One check and how it ended."""

    word: Any
    state: Any
    icon: str
    tone: str


@dataclass(frozen=True)
class Sheet:
    """Two pages side by side, or one alone; addresses of pictures, "" where there is none."""

    number: int
    sent: str = ""
    returned: str = ""
    difference: str = ""
    title: str = ""


@dataclass(frozen=True)
class Review:
    """All of the page."""

    returned: Return
    paper: Paper | None
    may_decide: bool
    # Why it cannot be accepted, "" where it can: somebody else's paper, or one the order has left behind.
    cannot: str = ""

    @property
    def may_accept(self) -> bool:
        """Whether *Accept* is offered."""
        return self.may_decide and not self.cannot

    @property
    def why(self) -> Any:
        """What was found, in words."""
        return WHY.get(self.returned.outcome, "")

    @property
    def pause(self) -> Any:
        """What a dispute means for it: nobody decides now, or the machine did not (S0-34)."""
        if self.returned.state == ReturnState.REVIEW and self.is_disputed:
            return DISPUTED
        return WAS_DISPUTED if self.returned.findings.get("why") == Disputed.reason else ""

    @property
    def is_disputed(self) -> bool:
        """Whether its request is disputed now."""
        return self.returned.party.signoff.state == State.DISPUTED

    @cached_property
    def details(self) -> list[str]:
        """What exactly: which pages are missing, where something was written."""
        missing = self.returned.findings.get("missing", [])
        found = []
        if missing:
            numbers = ", ".join(map(str, missing))
            words = ngettext("Missing: page %(n)s.", "Missing: pages %(n)s.", len(missing))
            found.append(words % {"n": numbers})
        found += [_marks(one) for one in self.compared if one.is_altered]
        return found + [text for one in self.files for text in _noted(one)]

    @cached_property
    def checks(self) -> list[Check]:
        """Each check with how it ended; one that was not made has not passed."""
        found = self.returned.findings
        ended = {name: state for state in ("passed", "failed") for name in found.get(state, [])}
        return [Check(word, *STATES[ended.get(name, "unmade")]) for name, word in CHECKS.items()]

    @property
    def actor(self) -> Actor | None:
        """Who sent it, seen from where."""
        entry = self.returned.sent_entry
        return entry.actor if entry else None

    @property
    def source(self) -> Any:
        """Who says so."""
        return connection.SOURCES.get(self.actor.address_source, "") if self.actor else ""

    @property
    def tone(self) -> str:
        """Of the note on top."""
        return {ReturnState.FILED: "good", ReturnState.REVIEW: "warn"}.get(
            ReturnState(self.returned.state), "go"
        )

    @cached_property
    def compared(self) -> list[ComparedPage]:
        """The pages that were laid on each other."""
        return list(self.returned.compared.all())

    @cached_property
    def files(self) -> list[ReturnFile]:
        """What came, byte by byte."""
        return list(returns.files_of(self.returned))

    @cached_property
    def sheets(self) -> list[Sheet]:
        """Page by page."""
        if self.compared:
            return [*self._side_by_side(), *self._loose()]
        printed = range(1, self.paper.pages + 1) if self.paper else range(0)
        pairs = zip_longest(printed, self._came())
        return [
            Sheet(
                number,
                self._picture("printed", page) if page else "",
                picture or "",
                title=_("Page %(n)s") % {"n": number},
            )
            for number, (page, picture) in enumerate(pairs, start=1)
        ]

    def _side_by_side(self) -> Iterable[Sheet]:
        for one in self.compared:
            printed, returned, difference = (self._picture(side, one.number) for side in SIDES)
            title = _("Page %(n)s") % {"n": one.number}
            yield Sheet(one.number, printed, returned, difference, title=title)

    def _loose(self) -> Iterable[Sheet]:
        """Everything as it was uploaded, where more came back than could be compared."""
        if self._uploaded <= len(self.compared):
            return
        for number in range(1, self._uploaded + 1):
            title = _("As uploaded: page %(n)s") % {"n": number}
            yield Sheet(len(self.compared) + number, returned=self._picture("uploaded", number), title=title)

    def _came(self) -> list[str]:
        scan = self.returned.scan.count()
        side, count = ("scan", scan) if scan else ("uploaded", self._uploaded)
        return [self._picture(side, number) for number in range(1, count + 1)]

    @cached_property
    def _uploaded(self) -> int:
        return returns.pages_of(self.returned).filter(removed=False).count()

    def _picture(self, side: str, number: int) -> str:
        order = self.returned.party.signoff.order_id
        return reverse("office:return_picture", args=[order, self.returned.pk, side, number])


def _noted(file: ReturnFile) -> list[str]:
    """What taking a file in found that a reviewer should know (`intake.Taken.notes`)."""
    notes = set(file.told.get("notes", ()))
    worst = next((words for note, words in NOTED.items() if note in notes), None)
    return [str(worst) % {"name": file.name}] if worst else []


def _marks(page: ComparedPage) -> str:
    count = len(page.elsewhere)
    words = ngettext(
        "Page %(n)s: %(count)s mark outside the block.",
        "Page %(n)s: %(count)s marks outside the block.",
        count,
    )
    return words % {"n": page.number, "count": count}
