"""Pairs of findings that are never matched, because somebody said so."""
