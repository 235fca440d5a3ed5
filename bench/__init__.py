"""Benchmarks: each prints one JSON line per figure, beside a baseline from the same run."""
