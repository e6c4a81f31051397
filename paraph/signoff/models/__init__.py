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
    DisputePhoto,
    DisputeState,
    PhotoCopy,
    Resolution,
)
from paraph.signoff.models.identity import (
    ContactPasskey,
    ContactPin,
    IdentityCheck,
    OneTimeCode,
    PasskeyQuestion,
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
from paraph.signoff.models.returns import (
    AWAITED,
    ComparedPage,
    Match,
    Return,
    ReturnFile,
    ReturnPage,
    ReturnState,
    ScanPage,
)
from paraph.signoff.models.verifying import (
    IdentityKind,
    PlacePolicy,
    Policy,
    Verdict,
    Verification,
)

__all__ = [
    "AWAITED",
    "CONSENTED",
    "SIGNED_VIEWS",
    "UNFINISHED",
    "Ask",
    "Attempt",
    "Ceremony",
    "Choice",
    "ComparedPage",
    "Confirmation",
    "ContactPasskey",
    "ContactPin",
    "Decision",
    "Decline",
    "Dispute",
    "DisputeMessage",
    "DisputePhoto",
    "DisputeState",
    "Format",
    "IdentityCheck",
    "IdentityKind",
    "Invitation",
    "Match",
    "OneTimeCode",
    "OptOut",
    "Outcome",
    "Paper",
    "Party",
    "PasskeyQuestion",
    "PhotoCopy",
    "PlacePolicy",
    "Policy",
    "Postponed",
    "Resolution",
    "Return",
    "ReturnFile",
    "ReturnPage",
    "ReturnState",
    "Rule",
    "ScanPage",
    "SealedCopy",
    "SignOff",
    "Signature",
    "Snapshot",
    "State",
    "Verdict",
    "Verification",
    "View",
]
