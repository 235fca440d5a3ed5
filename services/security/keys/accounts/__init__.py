"""Service accounts, apart from their keys."""
