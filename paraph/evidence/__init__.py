"""Proof: the tamper-evident ledger. Knows bytes, not business."""
