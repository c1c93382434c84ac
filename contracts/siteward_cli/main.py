"""Finds the subcommand and imports only that, so an edge box needs only ``siteward[edge]``."""

import importlib
import sys
from typing import Final

import click

SUBCOMMANDS: Final[dict[str, tuple[str, str, str]]] = {
    # name: (module with a click command called ``command``, extra it needs, one line of help)
    "edge": ("siteward_edge.main", "edge", "Run the agent of one site."),
    "models": ("siteward_edge.models.main", "edge", "List, check and fetch detection models."),
    "ingest": ("siteward_ingest.main", "server", "Take messages from the broker to the store."),
    "worker": ("siteward_platform.worker.main", "server", "Run the rules."),
    "api": ("siteward_platform.api.main", "server", "Serve the web app and the API."),
    "db": ("siteward_platform.database.main", "server", "Create and migrate the database."),
    "audit": ("siteward_platform.audit.main", "server", "Verify the audit log."),
    "evidence": ("siteward_contracts.evidence_command", "all", "Verify evidence pictures."),
    "rules": ("siteward_rules.main", "server", "Check and list rule packs."),
    "simulate": ("siteward_simulators.main", "simulators", "Stand in for sites."),
    "demo": ("siteward_simulators.demo.main", "all", "Run everything on this machine."),
    "scorecard": ("siteward_simulators.scorecard.main", "all", "Compare findings with the truth."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The subcommands in the order of the table."""
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports a subcommand; a missing library names the extra that brings it."""
        if cmd_name not in SUBCOMMANDS:
            return None
        module, extra, _ = SUBCOMMANDS[cmd_name]
        try:
            command = importlib.import_module(module).command
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("siteward_"):
                raise
            raise click.ClickException(
                f"'siteward {cmd_name}' needs {error.name}: pip install 'siteward[{extra}]'"
            ) from error
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}.command is not a click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the subcommands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in SUBCOMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="siteward")
def cli() -> None:
    """Siteward: smart supervision of livelihood projects."""


def main() -> None:
    """Entry point of the ``siteward`` command."""
    sys.exit(cli(prog_name="siteward"))
