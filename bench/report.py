"""One JSON line per figure, with the machine that it was measured on."""

import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from bench.load import percentile


def emit(benchmark: str, **figures: Any) -> None:  # noqa: ANN401 - whatever JSON holds
    """Prints one line: the benchmark's name, its figures (numbers rounded to three digits), and the machine."""
    rounded = {key: round(value, 3) if isinstance(value, float) else value for key, value in figures.items()}
    line = {"benchmark": benchmark, **rounded, "machine": machine()}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def machine() -> dict[str, Any]:
    """Returns what of the machine decides figures."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "python": platform.python_version(),
        "load_1m": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def latencies(without: tuple[float, ...], with_it: tuple[float, ...]) -> dict[str, object]:
    """Returns the figures of latencies in milliseconds without a layer and with it."""
    figures: dict[str, object] = {}
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        before, after = percentile(without, share), percentile(with_it, share)
        figures |= {f"{name}_ms_without": before, f"{name}_ms": after, f"{name}_ratio": after / before}
    return figures
