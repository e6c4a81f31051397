"""Consequences: facts in, effects out, exactly once."""
