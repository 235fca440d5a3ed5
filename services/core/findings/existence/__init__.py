"""Which findings there are."""
