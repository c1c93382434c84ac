"""``siteward evidence bundle``: hands a claim's evidence out."""

from pathlib import Path

import click
from pydantic import ValidationError

from siteward_contracts.clock import utc_now
from siteward_platform.database.session import open_database, reading
from siteward_platform.evidence import EvidenceStore
from siteward_platform.evidence_bundle.bundle import bundle
from siteward_platform.evidence_bundle.verify import from_zip, sha256
from siteward_platform.refusals import NotFoundError
from siteward_platform.settings import EvidenceSettings

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(name="bundle")
@click.argument("claim", type=int)
@click.option("-o", "--output", required=True, type=_FILE, help="The archive, e.g. claim.zip.")
@click.option("--url", help="SQLAlchemy URL; SITEWARD_DATABASE_URL unless given.")
@click.option(
    "--evidence", type=click.Path(path_type=Path), help="SITEWARD_EVIDENCE_DIR unless given."
)
def command(claim: int, output: Path, url: str | None, evidence: Path | None) -> None:
    """Write everything said, decided and seen about CLAIM into one archive.

    It checks itself on a machine without the platform: unpack it, run 'python3 verify.py'.
    """
    if output.exists():
        raise click.ClickException(f"{output} exists already")
    if url is None or evidence is None:
        settings = _settings()
        url, evidence = url or settings.database_url, evidence or settings.evidence_dir
    try:
        with reading(open_database(url)) as session:
            content = bundle(session, claim, utc_now(), EvidenceStore(evidence).path)
    except NotFoundError as error:
        raise click.ClickException(f"there is no claim {claim}") from error
    output.write_bytes(content)
    files, _ = from_zip(output)
    click.echo(f"wrote {output}: {len(files)} files, {len(content):,} bytes")
    click.echo(f"tell whoever gets it the manifest's SHA-256: {sha256(files['manifest.json'])}")


def _settings() -> EvidenceSettings:
    try:
        return EvidenceSettings()
    except ValidationError as error:
        missing = ", ".join(f"SITEWARD_{str(e['loc'][0]).upper()}" for e in error.errors())
        raise click.ClickException(f"set {missing}, or give --url and --evidence") from error
