"""Paraph: people agree to work, and anyone can prove it."""

__version__ = "0.1.0"
