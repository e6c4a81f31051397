"""How a message leaves the house: one outbox, written with the caller's transaction, emptied by the worker."""
