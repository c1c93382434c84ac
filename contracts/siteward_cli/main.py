"""Finds the subcommand and imports only that, so an edge box needs only ``siteward[edge]``."""

import importlib
import sys
from typing import Final

import click

SUBCOMMANDS: Final[dict[str, tuple[str, str, str]]] = {
    # name: (module with a click command called ``command``, extra it needs, one line of help)
    # "group name" puts a command into the group of another module.
    "edge": ("siteward_edge.main", "edge", "Run the agent of one site."),
    "models": ("siteward_edge.models.main", "edge", "List, check and fetch detection models."),
    "ingest": ("siteward_ingest.main", "server", "Take messages from the broker to the store."),
    "worker": ("siteward_platform.worker.main", "server", "Run the rules."),
    "api": ("siteward_platform.api.main", "server", "Serve the web app and the API."),
    "db": ("siteward_platform.database.main", "server", "Create and migrate the database."),
    "audit": ("siteward_platform.audit.main", "server", "Verify the audit log."),
    "evidence": ("siteward_contracts.evidence_command", "all", "Check and hand out evidence."),
    "evidence bundle": (
        "siteward_platform.evidence_bundle.bundle_command",
        "server",
        "Write a claim's evidence into one archive.",
    ),
    "evidence verify-bundle": (
        "siteward_platform.evidence_bundle.verify_command",
        "all",
        "Check such an archive.",
    ),
    "rules": ("siteward_rules.main", "server", "Check, test, explain and try rules."),
    "rules explain": (
        "siteward_platform.rule_tools.explain_command",
        "server",
        "Show why a finding or an alert is there.",
    ),
    "rules backtest": (
        "siteward_platform.rule_tools.backtest_command",
        "server",
        "Try a pack on what was measured.",
    ),
    "webhooks": ("siteward_platform.webhooks.main", "server", "Show what other systems were told."),
    "export": ("siteward_platform.open_data.main", "server", "Write files for others."),
    "simulate": ("siteward_simulators.main", "simulators", "Stand in for sites."),
    "demo": ("siteward_simulators.demo.main", "all", "Run everything on this machine."),
    "scorecard": ("siteward_simulators.scorecard.main", "all", "Compare findings with the truth."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called.

    Args of the constructor:
        prefix: Its own name with a space, as the names of its commands begin in the table.
        base: A group of a module whose commands it has as well.
    """

    def __init__(
        self, name: str, prefix: str = "", base: click.Group | None = None, **rest: object
    ) -> None:
        """Keeps where its commands come from."""
        super().__init__(name=name, **rest)  # type: ignore[arg-type]
        self._base = base
        self._table = {
            full.removeprefix(prefix): entry
            for full, entry in SUBCOMMANDS.items()
            if full.startswith(prefix) and " " not in full.removeprefix(prefix)
        }
        self._prefix = prefix

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The base's commands, then the table's in their order."""
        return [*(self._base.list_commands(ctx) if self._base else ()), *self._table]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports a subcommand; a missing library names the extra that brings it."""
        if cmd_name not in self._table:
            return self._base.get_command(ctx, cmd_name) if self._base else None
        full = f"{self._prefix}{cmd_name}"
        command = _load(full, *self._table[cmd_name][:2])
        nested = any(name.startswith(f"{full} ") for name in SUBCOMMANDS)
        if nested and isinstance(command, click.Group):
            return LazyGroup(cmd_name, f"{full} ", command, help=command.help)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the subcommands without importing any of the table."""
        rows = []
        for name in self._base.list_commands(ctx) if self._base else ():
            command = self._base.get_command(ctx, name) if self._base else None
            if command is not None and not command.hidden:
                rows.append((name, command.get_short_help_str(60)))
        rows += [(name, text) for name, (_, _, text) in self._table.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _load(name: str, module: str, extra: str) -> click.Command:
    try:
        command = importlib.import_module(module).command
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("siteward_"):
            raise
        raise click.ClickException(
            f"'siteward {name}' needs {error.name}: pip install 'siteward[{extra}]'"
        ) from error
    if not isinstance(command, click.Command):
        raise TypeError(f"{module}.command is not a click command")
    return command


cli = click.version_option(package_name="siteward")(
    LazyGroup(
        "siteward",
        help="Siteward: smart supervision of livelihood projects.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
)


def main() -> None:
    """Entry point of the ``siteward`` command."""
    sys.exit(cli(prog_name="siteward"))
