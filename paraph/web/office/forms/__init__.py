"""What staff may type, and how it is read."""
