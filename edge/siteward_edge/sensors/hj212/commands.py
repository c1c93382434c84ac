"""``siteward edge hj212``: for those who put dust and noise boxes into service."""

from typing import BinaryIO

import click

from siteward_edge.sensors.hj212.explain import explain


@click.group(help="Read what dust and noise boxes send.")
def hj212() -> None:
    """The group under ``siteward edge``."""


def _key(ctx: click.Context, param: click.Parameter, text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 16:
        raise click.BadParameter("must be 32 hexadecimal digits (128 bits)")
    return key


@hj212.command()
@click.argument("file", type=click.File("rb"))
@click.option("--sm4-key", callback=_key, help="Key of encrypted data, 32 hexadecimal digits.")
def decode(file: BinaryIO, sm4_key: bytes | None) -> None:
    """Say what the packets in FILE mean, and whether their checksums are right.

    FILE is what came over the connection, or - for standard input. Ends with 1 when something is
    wrong with a packet.
    """
    wrong = False
    for line in explain(file.read(), sm4_key):
        click.echo(click.style(line.text, fg="red") if line.wrong else line.text)
        wrong = wrong or line.wrong
    if wrong:
        raise SystemExit(1)
