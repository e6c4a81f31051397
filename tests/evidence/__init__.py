"""The ledger, its proofs, and every way to tamper with it."""
