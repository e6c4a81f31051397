"""The nouns of consent: each state is a row of its own, changed only by the verbs of this package."""

from __future__ import annotations

from paraph.signoff.models.acting import (
    Ceremony,
    Decision,
    SealedCopy,
    Signature,
)
from paraph.signoff.models.asking import (
    CONSENTED,
    SIGNED_VIEWS,
    UNFINISHED,
    Ask,
    Choice,
    Decline,
    Invitation,
    Party,
    Postponed,
    Rule,
    SignOff,
    Snapshot,
    State,
    View,
)
from paraph.signoff.models.confirming import (
    Confirmation,
)
from paraph.signoff.models.disputes import (
    Dispute,
    DisputeMessage,
    DisputeState,
    Resolution,
)
from paraph.signoff.models.opting import OptOut
from paraph.signoff.models.outcomes import (
    Attempt,
    Outcome,
)
from paraph.signoff.models.paper import (
    Format,
    Paper,
)

__all__ = [
    "CONSENTED",
    "SIGNED_VIEWS",
    "UNFINISHED",
    "Ask",
    "Attempt",
    "Ceremony",
    "Choice",
    "Confirmation",
    "Decision",
    "Decline",
    "Dispute",
    "DisputeMessage",
    "DisputeState",
    "Format",
    "Invitation",
    "OptOut",
    "Outcome",
    "Paper",
    "Party",
    "Postponed",
    "Resolution",
    "Rule",
    "SealedCopy",
    "SignOff",
    "Signature",
    "Snapshot",
    "State",
    "View",
]
