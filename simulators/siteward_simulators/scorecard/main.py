"""``siteward scorecard``: findings against what was true."""

import click

from siteward_simulators.scorecard.funds import funds
from siteward_simulators.scorecard.sites import sites
from siteward_simulators.scorecard.vision import vision


@click.group()
def command() -> None:
    """Compare what was found with what was true."""


command.add_command(funds)
command.add_command(sites)
command.add_command(vision)
