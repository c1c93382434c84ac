"""``python -m tests.bench [NAME …]``: runs benchmarks and merges their figures into bench.json."""

import importlib
import json
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

Figures = dict[str, float | int | str]

BENCHMARKS: dict[str, str] = {  # name: module:function, imported when it is run
    "ingest": "tests.bench.ingest:ingest",
    "stages": "tests.bench.ingest:stages",
    "query": "tests.bench.ingest:query",
    "latency": "tests.bench.latency:latency",
    "wall": "tests.bench.wall:wall",
    "edge": "tests.bench.edge:edge",
    "edge-cameras": "tests.bench.edge_cameras:cameras",
    "edge-boxes": "tests.bench.edge_boxes:boxes",
    "edge-hour": "tests.bench.edge_memory:hour",
    "edge-reconnects": "tests.bench.edge_memory:reconnects",
    "rules": "tests.bench.rule_engine:rules",
    "rules-recovery": "tests.bench.rule_engine:recovery",
    "rules-project": "tests.bench.rule_engine:project",
    "worker": "tests.bench.worker:worker_messages",
    "worker-latency": "tests.bench.worker:worker_latency",
}


def main(names: list[str], file: Path) -> int:
    """Runs the named benchmarks, or all; returns the process's exit code."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.stderr.write(f"no benchmark {', '.join(unknown)}; known: {', '.join(BENCHMARKS)}\n")
        return 2
    results = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for name in names or list(BENCHMARKS):
        figures = _load(BENCHMARKS[name])()
        results[name] = figures | {
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        }
        for key, value in figures.items():
            sys.stdout.write(f"{name:10} {key:40} {value:>12}\n")
        file.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return 0


def _load(target: str) -> Callable[[], Figures]:
    module, name = target.split(":")
    function: Callable[[], Figures] = getattr(importlib.import_module(module), name)
    return function


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(os.environ.get("SITEWARD_BENCH_FILE", "bench.json"))))
