"""``siteward rules``: check and list rule packs."""

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from siteward_contracts.config_file import ConfigError
from siteward_rules.funds import FUND_RULES
from siteward_rules.language.rule_file import load_packs, shipped_files


@click.group(name="rules")
def command() -> None:
    """Check and list rule packs."""


@command.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Check FILES, or the shipped packs: every mistake at once."""
    paths = list(files) or shipped_files()
    try:
        rules = load_packs(paths)
    except ConfigError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        raise click.exceptions.Exit(1) from error
    click.echo(f"{len(rules)} rules in {len(paths)} files are fine")


@command.command(name="list")
@click.option("--english", is_flag=True, help="Titles in English.")
def list_rules(english: bool) -> None:
    """List the shipped rules with their sources."""
    table = Table("rule", "title", "severity", "action", "reads", "source", "trust", box=None)
    for rule in load_packs(shipped_files()):
        title = rule.title.en if english else rule.title.zh
        source = str(rule.source)
        table.add_row(
            rule.id, title, rule.severity, rule.action, rule.reads, source, rule.source.trust
        )
    for fund in FUND_RULES:
        title = fund.title.en if english else fund.title.zh
        reads = ", ".join(fund.reads)
        table.add_row(fund.id, title, fund.severity, fund.action, reads, fund.basis, fund.trust)
    Console().print(table)
