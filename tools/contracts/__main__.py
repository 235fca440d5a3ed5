"""`python -m tools.contracts`: writes everything under `gen/` from the contracts."""

import sys

from tools.contracts import stubs
from tools.contracts.descriptors import PROTO, GenerationError, build


def main() -> int:
    """Generates all; returns the process's exit code."""
    try:
        build()
        stubs.generate(PROTO)
    except GenerationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
