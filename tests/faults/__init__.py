"""Something breaks on purpose, and the invariants of the product must hold afterwards."""
