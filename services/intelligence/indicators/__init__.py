"""Indicators of compromise: what they are, how they are read, how long they hold, and what of an event matches them."""
