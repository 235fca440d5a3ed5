"""The embedded stack: every server XORB stands on, from wheels, on loopback."""

import os

# As in `services`: this process starts others and never forks to go on in Python.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
