"""Limits: what organizations have in place of the platform's rate limits."""
