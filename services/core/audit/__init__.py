"""Audit: the event log with all that it knows, for those who may ask."""
