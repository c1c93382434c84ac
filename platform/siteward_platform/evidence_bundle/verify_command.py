"""``siteward evidence verify-bundle``: checks a bundle as its own ``verify.py`` does."""

from pathlib import Path

import click

from siteward_platform.audit.chain import anchors_in
from siteward_platform.evidence_bundle.verify import check, from_folder, from_zip


@click.command(name="verify-bundle")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--anchor", "anchors", multiple=True, type=click.Path(path_type=Path, exists=True),
    help="A head of the log kept elsewhere.",
)  # fmt: skip
def command(path: Path, anchors: tuple[Path, ...]) -> None:
    """Check the bundle PATH, an archive or a folder it was unpacked to."""
    held = [
        (anchor.seq, anchor.hash, anchor.place)
        for file in anchors
        for anchor in anchors_in(file.read_text(encoding="utf-8", errors="replace"), str(file))
    ]
    if anchors and not held:
        raise click.ClickException(f"{anchors[0]} holds no line 'head: SEQ:HASH'; is it an anchor?")
    files, wrong = from_folder(path) if path.is_dir() else from_zip(path)
    found = [*wrong, *(check(files, held) if files else [])]
    for kind, text in found:
        click.echo(f"{kind:4} {text}")
    bad = sum(kind == "BAD" for kind, _ in found)
    if bad:
        raise click.ClickException(f"{bad} things are not as they should be")
