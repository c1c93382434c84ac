"""``siteward scorecard funds``: what the fund rules make of a street's projects."""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from siteward_simulators.funds.history import Case
from siteward_simulators.funds.street import CONSEQUENCES, PLANTS, STATISTICAL, cases

RECALL: Final = 0.99
"""Floor of the deterministic rules' recall."""
PRECISION: Final = 0.95
WRONG_HOLDS: Final = 1.0
"""Hold recommendations per 1,000 honest claims at most."""


@dataclass(slots=True)
class Tally:
    """Counts over all cases.

    Attributes:
        planted: Rule to anomalies planted, found to those the rule fired on.
        wrong: Rule to findings on claims that show nothing of its kind.
        honest: Honest claims.
        held: Honest claims a hold was recommended on.
        missed: Examples of what was missed, for whoever reads on.
        blamed: Examples of what was wrongly found.
    """

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    honest: int = 0
    held: int = 0
    missed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    blamed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, case: Case, answer: dict[str, Any]) -> None:
        """Counts one claim."""
        rules = {finding["rule"]: finding for finding in answer["findings"]}
        where = f"{case.project}, claim {case.claim['id']}"
        if case.planted:
            self.planted[case.planted] += 1
            if case.planted in rules:
                self.found[case.planted] += 1
            else:
                self.missed[case.planted].append(f"{case.disguise}: {where}")
        else:
            self.honest += 1
            self.held += float(answer["hold"]) > 0
        innocent = rules.keys() - {case.planted} - CONSEQUENCES.get(case.planted, frozenset())
        for rule in innocent:
            self.wrong[rule] += 1
            said = rules[rule]["explanation"]["en"]
            self.blamed[rule].append(f"{case.planted or 'honest'}, {where}: {said}")

    def recall(self, rule: str) -> float:
        """Share of a rule's planted anomalies it fired on."""
        return self.found[rule] / self.planted[rule] if self.planted[rule] else 0.0

    def precision(self, rule: str) -> float:
        """Share of a rule's findings that were right."""
        fired = self.found[rule] + self.wrong[rule]
        return self.found[rule] / fired if fired else 1.0

    @property
    def wrong_holds(self) -> float:
        """Hold recommendations per 1,000 honest claims."""
        return 1000 * self.held / self.honest if self.honest else 0.0

    def failures(self) -> list[str]:
        """Every floor that does not hold."""
        failed = [
            f"{rule}: recall {self.recall(rule):.3f} under {RECALL}"
            for rule in PLANTS
            if rule not in STATISTICAL and self.recall(rule) < RECALL
        ]
        overall = sum(self.found.values()) / max(1, sum((self.found + self.wrong).values()))
        if overall < PRECISION:
            failed.append(f"precision over all rules {overall:.3f} under {PRECISION}")
        failed += [
            f"{rule}: precision {self.precision(rule):.3f} under {PRECISION}"
            for rule in PLANTS
            if rule not in STATISTICAL and self.precision(rule) < PRECISION
        ]
        if self.wrong_holds > WRONG_HOLDS:
            failed.append(f"{self.wrong_holds:.2f} wrong holds per 1,000 honest claims")
        return failed


@click.command()
@click.option("--seed", type=int, default=1, show_default=True, help="Which street.")
@click.option("--projects", type=click.IntRange(1), default=400, show_default=True)
@click.option(
    "--per-rule",
    type=click.IntRange(1),
    default=120,
    show_default=True,
    help="Anomalies planted of each rule.",
)
@click.option("--show", is_flag=True, help="Examples of what was missed or wrongly found.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default="scorecard-funds.json",
    show_default=True,
    help="JSON file.",
)
def funds(seed: int, projects: int, per_rule: int, show: bool, output: Path) -> None:
    """Judge the fund rules on generated project histories, honest and not."""
    made = list(cases(seed, projects, per_rule))
    console = Console()
    tally = measure(made, console)
    output.write_text(json.dumps(_record(tally, seed), indent=2) + "\n", encoding="utf-8")
    console.print(_table(tally))
    if show:
        for title, examples in (("missed", tally.missed), ("wrongly found", tally.blamed)):
            for rule in sorted(examples):
                for text in examples[rule][:3]:
                    console.print(f"{rule} {title}: {text}", markup=False)
    failures = tally.failures()
    for failure in failures:
        console.print(failure, style="red", markup=False)
    if failures:
        raise click.exceptions.Exit(1)


def measure(made: list[Case], console: Console) -> Tally:
    """Hands every case to ``siteward rules assess``, as any outsider would."""
    tally = Tally()
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("claims", total=len(made))
        for case, answer in zip(made, _assess(made), strict=True):
            tally.add(case, answer)
            progress.advance(task)
    return tally


def _assess(made: Iterable[Case]) -> Iterator[dict[str, Any]]:
    lines = b"\n".join(msgspec.json.encode({"facts": c.facts, "claim": c.claim}) for c in made)
    command = [sys.executable, "-m", "siteward_cli", "rules", "assess", "-"]
    done = subprocess.run(command, input=lines, capture_output=True, check=False)
    if done.returncode:
        raise click.ClickException(done.stderr.decode(errors="replace").strip())
    for line in done.stdout.splitlines():
        yield msgspec.json.decode(line)


def _table(tally: Tally) -> Table:
    wrong = f"{tally.held} wrong holds on {tally.honest} honest claims"
    anomalies = sum(tally.planted.values())
    share = tally.honest / max(1, tally.honest + anomalies)
    title = (
        f"{anomalies} anomalies among {tally.honest} honest claims ({share:.0%} honest); {wrong}"
    )
    table = Table(title=title)
    table.add_column("rule")
    for column in ("planted", "recall", "precision", "wrong findings"):
        table.add_column(column, justify="right")
    for rule in PLANTS:
        mark = " (statistical)" if rule in STATISTICAL else ""
        table.add_row(
            rule + mark, str(tally.planted[rule]), f"{tally.recall(rule):.3f}",
            f"{tally.precision(rule):.3f}", str(tally.wrong[rule]),
        )  # fmt: skip
    return table


def _record(tally: Tally, seed: int) -> dict[str, Any]:
    return {
        "seed": seed,
        "honest_claims": tally.honest,
        "planted": sum(tally.planted.values()),
        "wrong_holds_per_1000_honest": round(tally.wrong_holds, 3),
        "rules": {
            rule: {
                "planted": tally.planted[rule],
                "recall": round(tally.recall(rule), 4),
                "precision": round(tally.precision(rule), 4),
                "wrong_findings": tally.wrong[rule],
            }
            for rule in PLANTS
        },
    }
