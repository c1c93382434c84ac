"""``python -m tests.chaos [--hours 168] [--kills 20]``: the outage, at full size, and its count."""

import argparse
import dataclasses
import sys
import tempfile
from pathlib import Path

from tests.chaos.outage import Plan, Result, run


def main() -> int:
    """Runs it and prints the count; ends with 1 when anything was lost, doubled or disordered."""
    parser = argparse.ArgumentParser(description="A week without a broker.")
    parser.add_argument("--hours", type=float, default=168, help="of the site's time")
    parser.add_argument("--kills", type=int, default=20, help="times the agent gets SIGKILL")
    parser.add_argument("--speed", type=float, default=6000, help="simulated seconds in a second")
    given = parser.parse_args()
    plan = Plan(given.hours, given.kills, given.speed, at_once=6)
    with tempfile.TemporaryDirectory(prefix="siteward-chaos-") as folder:
        result = run(Path(folder), plan, lambda text: print(text, flush=True))  # noqa: T201
    return show(result)


def show(result: Result) -> int:
    """Prints the count."""
    for name, value in dataclasses.asdict(result).items():
        sys.stdout.write(f"{name:20} {value:>14}\n")
    return 0 if result.sound else 1


if __name__ == "__main__":
    sys.exit(main())
