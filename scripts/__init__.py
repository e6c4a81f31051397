"""The workshop: set-up, checks and packaging. Plain Python until the virtual environment stands."""
