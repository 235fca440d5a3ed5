"""Dashboards: counters of findings that triggers keep, read in one statement (ADR 0016)."""
