"""The proof that Paraph does what it says; mirrors `paraph/`."""
