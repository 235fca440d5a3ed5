"""Severities that people have decided, and why."""
