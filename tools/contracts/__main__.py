"""`python -m tools.contracts`: writes everything under `gen/` from the contracts.

With `--check` it writes nothing but `build/`, names every file of `gen/` that isn't what the contracts say,
and fails where there is one.
"""

import sys
from pathlib import Path

from tools.contracts import client, envoy, stubs
from tools.contracts.descriptors import BUILD, GEN, build
from tools.contracts.model import Contracts
from tools.contracts.openapi import document
from tools.contracts.output import difference, publish, scratch
from tools.contracts.programs import GenerationError


def main(arguments: list[str]) -> int:
    """Generates or checks all; returns the process's exit code."""
    try:
        with scratch(BUILD) as made:
            generate(made)
            if arguments == ["--check"]:
                return check(made)
            publish(made, GEN)
    except GenerationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def generate(output: Path) -> None:
    """Writes everything into `output`, an empty folder.

    Raises:
        GenerationError: A contract doesn't compile.
    """
    image = build()
    contracts = Contracts(image)
    for name in ("python", "client", "envoy", "openapi"):
        (output / name).mkdir()
    stubs.generate(output / "python")
    client.generate(contracts, image, output / "client")
    envoy.generate(contracts, output / "envoy")
    document.generate(contracts, output / "openapi")


def check(made: Path) -> int:
    """Compares `gen/` with what was made; returns 1 where they differ."""
    stale = difference(made, GEN)
    sys.stderr.writelines(f"gen/{line}; run make gen\n" for line in stale)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
