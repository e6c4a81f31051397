"""What every method yields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from paraph.lib import canonical


@dataclass(frozen=True)
class Proof:
    """The visible mark of a signature. `mark` is JSON-able and goes into the record as it is."""

    method: str
    mark: dict[str, Any]

    @property
    def digest(self) -> str:
        """The digest that binds this mark to its record (R6)."""
        return canonical.digest(self.mark)
