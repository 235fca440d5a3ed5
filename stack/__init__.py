"""The embedded stack: every server XORB stands on, from wheels, on loopback."""
