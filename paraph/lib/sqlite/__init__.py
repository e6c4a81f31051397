"""SQLite as the embedded database: durable, and fair to its writers."""
