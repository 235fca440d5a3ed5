"""Sending: a delivery in the form that its channel takes, and what came of it."""
