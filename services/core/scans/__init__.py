"""Scans: one run of a set of executors over a set of targets."""
