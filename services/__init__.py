"""The services of the platform, plane by plane, on one runtime (`services.mesh`)."""

import os

# Processes here start others and never fork to go on in Python: gRPC's fork handlers would only fill the logs with
# "skipping fork() handlers". Read when gRPC is imported, so it has to be said before.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
