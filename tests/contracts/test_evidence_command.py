"""Checking a picture far from any platform."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from siteward_contracts.evidence_command import command
from siteward_contracts.messages import EvidenceStatement
from siteward_contracts.signatures import fingerprint, public_key, sign

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PICTURE = b"\xff\xd8 what was seen \xff\xd9"


class Case:
    """A picture and its proof in files."""

    def __init__(self, folder: Path) -> None:
        said = EvidenceStatement(
            sha256=hashlib.sha256(PICTURE).hexdigest(), site="school", device="cam",
            ts=datetime(2026, 11, 24, tzinfo=UTC), kind="intrusion",
        )  # fmt: skip
        text = msgspec.json.encode(said).decode()
        self.picture, self.file = folder / "p.jpg", folder / "p.json"
        self.picture.write_bytes(PICTURE)
        self.proof = {
            "statement": text, "signature": sign(KEY, text), "key": public_key(KEY), "state": "x",
        }  # fmt: skip

    def verify(self, *options: str, **changes: str) -> Result:
        self.file.write_text(json.dumps(self.proof | changes), encoding="utf-8")
        return CliRunner().invoke(command, ["verify", str(self.picture), str(self.file), *options])


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def test_an_honest_picture_says_what_was_signed_of_it(case: Case) -> None:
    done = case.verify("--fingerprint", fingerprint(public_key(KEY)).upper().replace(" ", ""))
    assert done.exit_code == 0, done.output
    assert done.output.startswith(f"signed by key {fingerprint(public_key(KEY))} as expected\n")
    assert "  kind: intrusion\n" in done.output


def test_every_way_it_can_fail_is_said(case: Case) -> None:
    changed = case.proof["statement"].replace("school", "road")
    other = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
    for options, changes, words in (
        ((), {"statement": ""}, "without a signature"),
        ((), {"statement": changed}, "the signature is not the key's"),
        ((), {"key": public_key(other)}, "the signature is not the key's"),
        ((), {"statement": "[]", "signature": sign(KEY, "[]")}, "no statement about a picture"),
        (("--fingerprint", fingerprint(public_key(other))), {}, "signed by another key"),
    ):
        done = case.verify(*options, **changes)
        assert done.exit_code == 1, words
        assert words in done.output
    case.picture.write_bytes(PICTURE + b"!")
    assert "about another picture" in case.verify().output
    case.file.write_text("{}", "ascii")
    arguments = ["verify", str(case.picture), str(case.file)]
    assert "no statement of the platform" in CliRunner().invoke(command, arguments).output
