"""Processor time and memory of processes, by what they are."""

from collections.abc import Mapping

import psutil


def processor_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """Returns the processor time that each process and its children have used, by name."""
    return {name: sum(_seconds(process) for process in _family(pid)) for name, pid in pids.items()}


def memory_mib(pids: Mapping[str, int]) -> dict[str, float]:
    """Returns the memory that belongs to each process and its children alone or in proportion (PSS), by name."""
    return {name: sum(_memory(process) for process in _family(pid)) for name, pid in pids.items()}


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _memory(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss) / 2**20
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0
