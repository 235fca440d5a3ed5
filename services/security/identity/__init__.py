"""Identity: accounts, sessions, and the keys that verify what was signed."""
