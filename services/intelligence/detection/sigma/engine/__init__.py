"""Evaluates all rules at once: what an event's class leaves of them, over classes of values."""
