"""Counters compared with what a recount comes to."""
