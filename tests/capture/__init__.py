"""What phones send."""
