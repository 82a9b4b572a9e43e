"""Percentiles of one round, the spread over rounds, and both as text."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil

Round = dict[str, dict[str, float]]  # row → column → value


def percentiles(milliseconds: Sequence[float]) -> dict[str, float]:
    """Return p50 and p95 of one measurement, and how many values stand behind them."""
    p50, p95 = np.percentile(np.asarray(milliseconds, dtype=np.float64), [50, 95])
    return {"p50": float(p50), "p95": float(p95), "n": float(len(milliseconds))}


def over_rounds(rounds: Sequence[Round]) -> dict[str, dict[str, dict[str, float]]]:
    """Return for each row and column the median over the rounds, the least and the most."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for row in dict.fromkeys(name for each in rounds for name in each):
        present = [each[row] for each in rounds if row in each]
        found[row] = {column: _spread([each[column] for each in present]) for column in present[0]}
    return found


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": float(np.median(values)), "min": min(values), "max": max(values)}


def markdown(
    title: str, rows: Mapping[str, Mapping[str, Mapping[str, float]]], digits: int = 1
) -> str:
    """Return one table; a cell is the median over the rounds with least–most."""
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    lines = [
        f"### {title}\n",
        "| | " + " | ".join(columns) + " |",
        "|---" + "|---:" * len(columns) + "|",
    ]
    for name, row in rows.items():
        cells = [_cell(row[column], digits) if column in row else "" for column in columns]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(spread: Mapping[str, float], digits: int) -> str:
    median, least, most = (spread[key] for key in ("median", "min", "max"))
    if least == most:
        return f"{median:.{digits}f}".removesuffix(".0")
    return f"{median:.{digits}f} ({least:.{digits}f}–{most:.{digits}f})"


def machine() -> dict[str, Any]:
    """Return what the figures were taken on, and how busy it is at this moment."""
    return {
        "processor": _processor(),
        "cores": psutil.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "python": platform.python_version(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "load_1_5_15_min": [round(value, 2) for value in os.getloadavg()],
    }


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
