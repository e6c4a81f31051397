"""HOW somebody signs. A method turns what was submitted into a `Proof`, or says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable

from paraph.signoff.errors import Unusable
from paraph.signoff.methods import drawn, typed
from paraph.signoff.methods.proof import Proof

METHODS: dict[str, Callable[[str], Proof]] = {"drawn": drawn.check, "typed": typed.check}

__all__ = ["METHODS", "Proof", "check"]


def check(method: str, submission: str) -> Proof:
    """Turn a submission into a proof; raises `Unusable` naming the field."""
    from django.utils.translation import gettext_lazy as _

    if method not in METHODS:
        raise Unusable("method", _("Choose how you want to sign: draw or type."))
    return METHODS[method](submission)
