"""The composition root: `python -m services core | security | orchestrator | relay | bridge | migrate`."""

import asyncio
import importlib
import os
import sys

import uvloop

from services.mesh import settings as mesh_settings
from services.mesh.settings import ROLES, Settings, SettingsError
from services.migrations.run import migrate
from services.roles import process


def main(arguments: list[str]) -> int:
    """Runs the process of one role until it is told to stop; returns its exit code."""
    if len(arguments) != 1 or arguments[0] not in {*ROLES, "migrate"}:
        sys.stderr.write(f"usage: python -m services {'|'.join(ROLES)}|migrate\n")
        return 2
    try:
        settings = mesh_settings.read(os.environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if arguments[0] == "migrate":
        asyncio.run(migrate(settings.postgres_dsn))
    else:
        uvloop.run(_run(arguments[0], settings))
    return 0


async def _run(role: str, settings: Settings) -> None:
    process.configure(role, settings)
    # Only this role's wiring is imported: the others' libraries would be memory for nothing.
    await importlib.import_module(f"services.roles.{role}").run(settings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
