"""The core: asking for, giving and refusing consent. Reads `work`, never writes it."""
