"""``siteward rules``: check, test, list and scaffold rules."""

import re
from pathlib import Path
from typing import BinaryIO

import click
from rich.console import Console
from rich.table import Table

from siteward_contracts.config_file import ConfigError
from siteward_rules.assess_lines import LineError, assess_lines
from siteward_rules.funds import FUND_RULES
from siteward_rules.language.layers import Place, resolve
from siteward_rules.language.rule_file import read_packs, shipped_files
from siteward_rules.language.spec import RULE_ID
from siteward_rules.testing.run import run_files, shipped_tests
from siteward_rules.testing.scaffold import ScaffoldError, known_hazard, known_metric, new_rule

_PATH = click.Path(path_type=Path)


@click.group(name="rules")
def command() -> None:
    """Check, test, list and write rules."""


@command.command()
@click.argument("files", nargs=-1, type=_PATH)
def check(files: tuple[Path, ...]) -> None:
    """Check FILES beside the shipped packs, or these alone: every mistake at once."""
    paths = list(files) or shipped_files()
    try:
        shipped = [] if not files else _unless_shipped(paths)
        packs = read_packs([*shipped, *paths])
    except ConfigError as error:
        raise _refused(error) from error
    own = packs[len(shipped) :]
    count = sum(len(p.spec.rules) for p in own)
    changes = sum(len(p.spec.overrides) for p in own)
    overrides = f" and {changes} overrides" if changes else ""
    click.echo(f"{count} rules{overrides} in {len(paths)} files are fine")


@command.command()
@click.argument("files", nargs=-1, type=_PATH)
@click.option("--pack", "packs", multiple=True, type=_PATH, help="A pack the tests need.")
def test(files: tuple[Path, ...], packs: tuple[Path, ...]) -> None:
    """Run rules' test FILES, or those of the shipped rules."""
    failed = ran = 0
    try:
        known = read_packs([*_unless_shipped(packs), *packs])
        for outcome in run_files(files or shipped_tests(), known):
            ran += 1
            if outcome.differences:
                failed += 1
                click.secho(
                    f"{outcome.file}:{outcome.line}: {outcome.rule}: {outcome.name}", fg="red"
                )
                for difference in outcome.differences:
                    click.echo(f"    {difference}")
    except ConfigError as error:
        raise _refused(error) from error
    if failed:
        click.echo(f"{failed} of {ran} tests failed")
        raise click.exceptions.Exit(1)
    click.echo(f"{ran} tests passed")


@command.command()
@click.argument("rule")
@click.option("--metric", required=True, help="What it reads, a name of the catalogue.")
@click.option("--hazard", required=True, help="What it raises, a kind of the catalogue.")
@click.option("--folder", type=_PATH, default=Path(), help="Where to write; here by default.")
def new(rule: str, metric: str, hazard: str, folder: Path) -> None:
    """Write RULE (SR-…), its page and a test that passes, to be changed."""
    if not re.fullmatch(RULE_ID, rule):
        raise click.UsageError(f"{rule!r} is not a rule id; write e.g. SR-DUST-NIGHT")
    try:
        paths = new_rule(folder, rule, known_metric(metric), known_hazard(hazard))
    except (ScaffoldError, OSError) as error:
        raise click.ClickException(str(error)) from error
    for path in paths:
        click.echo(f"wrote {path}")
    click.echo(f"now run: siteward rules test {paths[1]} --pack {paths[0]}")


@command.command()
@click.argument("file", type=click.File("rb"), default="-")
def assess(file: BinaryIO) -> None:
    """Assess claims: a JSON line with facts and claim each in FILE, a line of findings each out."""
    try:
        for line in assess_lines(file):
            click.echo(line, nl=False)
    except LineError as error:
        raise click.ClickException(f"{file.name}: {error}") from error


@command.command(name="list")
@click.option("--english", is_flag=True, help="Titles in English.")
@click.option("--region", default="", help="As they hold in this province.")
@click.option("--city", default="", help="As they hold in this city.")
def list_rules(english: bool, region: str, city: str) -> None:
    """List the shipped rules with their limits, layers and sources."""
    columns = ("rule", "title", "severity", "action", "reads", "limit", "layer", "source", "trust")
    table = Table(*columns, box=None)
    found = resolve(read_packs(shipped_files()), Place(region, city))
    for rule in found.rules:
        title = rule.title.en if english else rule.title.zh
        limit = "" if rule.limit is None else f"{rule.limit:g} {rule.unit}".rstrip()
        table.add_row(
            rule.id, title, rule.severity, rule.action, rule.reads, limit, rule.layer,
            str(rule.source), rule.source.trust,
        )  # fmt: skip
    for fund in FUND_RULES:
        title = fund.title.en if english else fund.title.zh
        reads = ", ".join(fund.reads)
        table.add_row(
            fund.id, title, fund.severity, fund.action, reads, "", "national", fund.basis, fund.trust
        )  # fmt: skip
    console = Console()
    console.print(table)
    for missing in found.abstained:
        asked = missing.param_title.en if english else missing.param_title.zh
        console.print(f"{missing.rule} abstains until the site gives {asked} ({missing.unit})")


def _unless_shipped(paths: list[Path] | tuple[Path, ...]) -> list[Path]:
    """The shipped packs, but for those that are named anyway."""
    named = {path.resolve() for path in paths}
    return [path for path in shipped_files() if path.resolve() not in named]


def _refused(error: ConfigError) -> click.ClickException:
    for problem in error.problems:
        click.echo(str(problem), err=True)
    return click.ClickException(f"{len(error.problems)} mistakes; nothing was used")
