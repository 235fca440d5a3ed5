"""Runs the benchmarks: `python -m bench`, or some of them: `python -m bench get_finding live`."""

import asyncio
import sys

from bench import (
    correlation,
    dashboard,
    detection,
    get_finding,
    import_findings,
    indicators,
    isolation,
    layers,
    list_findings,
    live,
    memory,
    million,
    rate_limit,
    relay,
    scan,
    sign_in,
)

BENCHMARKS = {
    "correlation": correlation.main,
    "dashboard": dashboard.main,
    "detection": detection.main,
    "get_finding": get_finding.main,
    "import_findings": import_findings.main,
    "indicators": indicators.main,
    "isolation": isolation.main,
    "layers": layers.main,
    "list_findings": list_findings.main,
    "live": live.main,
    "relay": relay.main,
    "memory": memory.main,
    "million": million.main,
    "rate_limit": rate_limit.main,
    "scan": scan.main,
    "sign_in": sign_in.main,
}


def main(names: list[str]) -> int:
    """Runs the named benchmarks, or all, one after the other; returns the exit code."""
    if unknown := [name for name in names if name not in BENCHMARKS]:
        sys.stderr.write(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}\n")
        return 2
    for name in names or BENCHMARKS:
        asyncio.run(BENCHMARKS[name]())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
