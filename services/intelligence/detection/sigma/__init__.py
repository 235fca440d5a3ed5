"""Sigma rules, matched against a stream of events.

A library: it knows no network, no database and no event loop. `parsing` turns rules into our compiled form, `matching`
says what that form means (plainly: it also explains, and judges the engine in tests), `engine` evaluates thousands of
rules at once.
"""
