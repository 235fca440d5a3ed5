"""The composition root: `python -m services core | security | orchestrator | relay | bridge | migrate`."""

import asyncio
import os
import sys

from services.mesh import settings as mesh_settings
from services.migrations.run import migrate


def main(arguments: list[str]) -> int:
    """Runs the process of one role until it is told to stop; returns its exit code."""
    settings = mesh_settings.read(os.environ)
    if arguments == ["migrate"]:
        asyncio.run(migrate(settings.postgres_dsn))
        return 0
    sys.stderr.write("usage: python -m services core|security|orchestrator|relay|bridge|migrate\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
