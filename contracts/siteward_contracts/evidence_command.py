"""``siteward evidence verify``: checks a picture against what was signed of it, without a platform."""

import hashlib
from pathlib import Path

import click
import msgspec

from siteward_contracts.messages import EvidenceStatement
from siteward_contracts.signatures import fingerprint, is_signed_by


class Proof(msgspec.Struct, frozen=True):
    """What is needed of ``GET /api/v1/evidence/{sha256}/statement``."""

    statement: str
    signature: str
    key: str


class VerificationError(Exception):
    """The picture is not proved; the text says by what it fails."""


def verify(picture: bytes, proof: Proof) -> EvidenceStatement:
    """What is proved of a picture, if anything.

    Raises:
        VerificationError: It is unsigned, the signature does not hold, or it is about another
            picture.
    """
    if not proof.statement:
        raise VerificationError("the picture was sent without a signature")
    if not is_signed_by(proof.key, proof.statement, proof.signature):
        raise VerificationError("the signature is not the key's over this statement")
    try:
        said = msgspec.json.decode(proof.statement, type=EvidenceStatement)
    except msgspec.DecodeError as error:
        raise VerificationError(
            f"what is signed is no statement about a picture: {error}"
        ) from error
    actual = hashlib.sha256(picture).hexdigest()
    if said.sha256 != actual:
        raise VerificationError(
            f"the statement is about another picture: this one hashes to {actual}, "
            f"signed is {said.sha256}"
        )
    return said


_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
def command() -> None:
    """Check evidence."""


@command.command("verify")
@click.argument("picture", type=_FILE)
@click.argument("statement", type=_FILE)
@click.option("--fingerprint", "expected", help="Of the key that was accepted, from elsewhere.")
def verify_command(picture: Path, statement: Path, expected: str | None) -> None:
    """Check PICTURE against STATEMENT, the JSON the platform gives for it.

    Without --fingerprint this says that whoever holds the key signed the picture, not who that is.
    """
    try:
        proof = msgspec.json.decode(statement.read_bytes(), type=Proof)
        said = verify(picture.read_bytes(), proof)
    except msgspec.DecodeError as error:
        raise click.ClickException(
            f"{statement} is no statement of the platform: {error}"
        ) from error
    except VerificationError as error:
        raise click.ClickException(str(error)) from error
    found = fingerprint(proof.key)
    if expected is not None and _digits(expected) != _digits(found):
        raise click.ClickException(f"signed by another key: {found}")
    click.echo(f"signed by key {found}{' as expected' if expected else ''}")
    for name, value in msgspec.to_builtins(said).items():
        if value not in (None, ""):
            click.echo(f"  {name}: {value}")


def _digits(text: str) -> str:
    return "".join(text.split()).lower()
