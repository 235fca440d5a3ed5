"""Notifications: what organizations are told of what happens, by which ways, and what became of it."""
