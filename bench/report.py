"""How the benchmarks say what they found: a ratio of one run, beside the limit that was set for it."""

from __future__ import annotations


def ratio(what: str, value: float, limit: float) -> bool:
    """Print a ratio with its limit; returns whether it is kept."""
    kept = value <= limit
    print(f"{'kept  ' if kept else 'MISSED'} {what}: {value:.2f} (at most {limit})", flush=True)
    return kept
