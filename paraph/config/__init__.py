"""Composition root: settings, addresses, the command line."""
