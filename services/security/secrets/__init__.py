"""Organizations' encryption keys: their rotation."""
