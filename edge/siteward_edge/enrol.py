"""``siteward edge enrol``: gives an agent the key it vouches for its pictures with."""

from pathlib import Path

import click

from siteward_contracts.config_file import ConfigError
from siteward_edge.config.agent import load_config
from siteward_edge.evidence.device_key import DeviceKeyError, make_key, read_key


@click.command()
@click.argument("configs", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Make another key; the old one is kept beside it.")
@click.option("--show", is_flag=True, help="Only show the key there is.")
def enrol(configs: tuple[Path, ...], replace: bool, show: bool) -> None:
    """Make this agent's own Ed25519 key and show its public half; several agents one by one.

    The agent signs every evidence picture with it. An administrator of the platform accepts the
    key by its fingerprint; until then its pictures are shown as signed by an unknown key.
    """
    for config in configs:
        _enrol(config, replace, show)
    click.echo(
        "Read the fingerprint to the platform's administrator over the telephone; they compare and "
        "accept it:\n  PUT /api/v1/projects/{project}/agents/{agent}/keys/{public key}  "
        '{"state": "accepted", "reason": "…"}'
    )


def _enrol(config: Path, replace: bool, show: bool) -> None:
    try:
        settings = load_config(config)
        file = settings.evidence.key
        key = read_key(file) if show else make_key(file, replace=replace)
    except ConfigError as error:
        raise click.ClickException(f"configuration refused\n{error}") from error
    except DeviceKeyError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{settings.site}/{settings.agent}: {file}")
    click.echo(f"public key   {key.public}")
    click.echo(f"fingerprint  {key.fingerprint}")
