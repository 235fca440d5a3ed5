"""Targets: what an organization owns and may have tested."""
