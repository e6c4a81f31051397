"""Faces: HTTP in, HTML or JSON out. No rule lives here."""
