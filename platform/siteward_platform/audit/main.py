"""``siteward audit``: verifies the audit log, and writes its head down."""

import re
from pathlib import Path

import click
from pydantic import ValidationError
from sqlalchemy import func, select

from siteward_contracts.clock import SHANGHAI, utc_now
from siteward_platform.audit.anchors import anchors, text_of
from siteward_platform.audit.chain import GENESIS, Anchor, anchors_in, verify
from siteward_platform.audit.log import entries
from siteward_platform.audit.log import head as newest
from siteward_platform.audit.replay import differences
from siteward_platform.database.models import AuditAnchor, Claim
from siteward_platform.database.session import open_database, reading
from siteward_platform.settings import DatabaseSettings

_URL = click.option("--url", help="SQLAlchemy URL; SITEWARD_DATABASE_URL unless given.")


@click.group()
def command() -> None:
    """Verify and anchor the audit log."""


@command.command(name="verify")
@_URL
@click.option("--head", "heads", multiple=True, help="SEQ:HASH as an earlier run printed it.")
@click.option(
    "--anchor", "files", multiple=True, type=click.Path(path_type=Path, exists=True),
    help="An anchor's file, or a folder of them, kept outside the platform.",
)  # fmt: skip
def verify_log(url: str | None, heads: tuple[str, ...], files: tuple[Path, ...]) -> None:
    """Walk the hash chain; the first broken entry is named and the exit status is 1.

    Anchors in the database are always held against it; those given are worth more, because
    whoever can rewrite the log can rewrite them too.
    """
    given = [*map(_head, heads), *(anchor for path in files for anchor in _anchors(path))]
    with reading(open_database(url or _database_url())) as session:
        kept = anchors(session)
        broken = verify(entries(session), [*given, *kept])
        last = newest(session)
    if broken:
        raise click.ClickException(f"entry {broken.seq}: {broken.kind}: {broken.reason}")
    seq, digest = (last.seq, last.hash) if last else (0, GENESIS)
    held = f"; {len(given)} anchors given and {len(kept)} recorded agree" if given or kept else ""
    click.echo(f"audit log: {seq} entries, unbroken; head {seq}:{digest}{held}")


@command.command(name="replay")
@_URL
def replay_log(url: str | None) -> None:
    """Rebuild every claim and hold from the log; what the tables say otherwise is named."""
    with reading(open_database(url or _database_url())) as session:
        found = list(differences(session))
        count = session.scalar(select(func.count()).select_from(Claim)) or 0
    if found:
        lines = "\n".join(f"claim {d.claim}: {d.reason}" for d in found)
        raise click.ClickException(f"{len(found)} of {count} claims differ from the log\n{lines}")
    click.echo(f"{count} claims and their holds are what the audit log says")


@command.command(name="anchor")
@_URL
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="A file.")
def anchor(url: str | None, output: Path | None) -> None:
    """Print the log's head to be kept where the platform cannot reach it: on paper, by mail.

    The worker writes one down every day, and into SITEWARD_ANCHOR_DIR if that is set.
    """
    now = utc_now()
    with reading(open_database(url or _database_url())) as session:
        last = newest(session)
    if last is None:
        raise click.ClickException("the audit log is empty: there is nothing to anchor")
    day = now.astimezone(SHANGHAI).date()
    text = text_of(AuditAnchor(day=day, seq=last.seq, hash=last.hash, made_at=now))
    if output is None:
        click.echo(text, nl=False)
        return
    if output.exists():
        raise click.ClickException(f"{output} exists already; an anchor is never overwritten")
    output.write_text(text, encoding="utf-8")
    click.echo(f"wrote {output}: head {last.seq}:{last.hash}")


def _head(text: str) -> Anchor:
    if not re.fullmatch(r"\d+:[0-9a-f]{64}", text):
        raise click.BadParameter("give SEQ:HASH as 'siteward audit verify' printed it")
    seq, digest = text.split(":")
    return Anchor(int(seq), digest)


def _anchors(path: Path) -> list[Anchor]:
    found: list[Anchor] = []
    for file in sorted(path.glob("*.txt")) if path.is_dir() else [path]:
        read = list(anchors_in(file.read_text(encoding="utf-8", errors="replace"), str(file)))
        if not read:
            raise click.ClickException(f"{file} holds no line 'head: SEQ:HASH'; is it an anchor?")
        found += read
    if not found:
        raise click.ClickException(f"{path} holds no anchor (*.txt)")
    return found


def _database_url() -> str:
    try:
        return DatabaseSettings().database_url
    except ValidationError as error:
        raise click.ClickException(
            "no database is named: set SITEWARD_DATABASE_URL or give --url"
        ) from error
