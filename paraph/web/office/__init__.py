"""The staff's face: orders, asking for sign-off, people, notices. No rule lives here."""
