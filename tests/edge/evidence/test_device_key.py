"""The agent's own key, as a technician meets it."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from siteward_contracts.signatures import fingerprint, is_signed_by
from siteward_edge.evidence.device_key import DeviceKeyError, make_key, read_key
from siteward_edge.main import command


def test_a_key_is_made_for_its_owner_only_and_read_again(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "device.key"
    made = make_key(file)
    assert file.stat().st_mode & 0o777 == 0o600
    read = read_key(file)
    assert read.public == made.public
    assert is_signed_by(made.public, "what was seen", read.sign("what was seen"))
    assert not is_signed_by(made.public, "what was not", read.sign("what was seen"))
    assert [p.name for p in file.parent.iterdir()] == ["device.key"], "nothing half written"


def test_two_agents_never_have_the_same_key(tmp_path: Path) -> None:
    assert make_key(tmp_path / "a.key").public != make_key(tmp_path / "b.key").public


def test_a_key_is_only_replaced_when_told_and_the_old_one_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "device.key"
    first = make_key(file)
    with pytest.raises(DeviceKeyError, match="--replace"):
        make_key(file)
    assert read_key(file).public == first.public
    second = make_key(file, replace=True)
    assert read_key(file).public == second.public != first.public
    assert read_key(tmp_path / "device.key.replaced").public == first.public


def test_a_key_that_cannot_be_used_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "device.key"
    with pytest.raises(DeviceKeyError, match="siteward edge enrol"):
        read_key(file)
    make_key(file)
    file.chmod(0o640)
    with pytest.raises(DeviceKeyError, match=r"mode 640.*chmod 600"):
        read_key(file)
    file.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "ascii")
    file.chmod(0o600)
    with pytest.raises(DeviceKeyError, match="is no key"):
        read_key(file)
    other = generate_private_key(65537, 2048)
    file.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(DeviceKeyError, match="another kind than Ed25519"):
        read_key(file)


def test_what_is_no_key_or_signature_signs_nothing() -> None:
    assert not is_signed_by("", "x", "")
    assert not is_signed_by("zz" * 32, "x", "00" * 64)
    assert not is_signed_by("00" * 31, "x", "00" * 64)


def test_a_fingerprint_can_be_read_aloud() -> None:
    groups = fingerprint("00" * 32).split(" ")
    assert [len(group) for group in groups] == [4] * 8
    assert fingerprint("00" * 32) != fingerprint("00" * 31 + "01")


def siteward(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def test_enrolment_from_the_command_line(tmp_path: Path) -> None:
    config, key = tmp_path / "edge.yaml", tmp_path / "device.key"
    settings = {
        "site": "school", "mqtt": "mqtt://127.0.0.1:1",
        "outbox": {"path": str(tmp_path / "o.db")}, "evidence": {"key": str(key)},
    }  # fmt: skip
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")

    refused = siteward("run", str(config))
    assert refused.exit_code == 1
    assert "siteward edge enrol CONFIG" in refused.output

    made = siteward("enrol", str(config))
    assert made.exit_code == 0, made.output
    public = read_key(key).public
    assert f"public key   {public}\n" in made.output
    assert f"fingerprint  {fingerprint(public)}\n" in made.output
    assert made.output.startswith(f"school/agent: {key}\n")
    assert "/projects/{project}/agents/{agent}/keys/{public key}" in made.output
    assert "PRIVATE" not in made.output

    again = siteward("enrol", str(config))
    assert again.exit_code == 1
    assert "--replace" in again.output
    assert siteward("enrol", str(config), "--show").output == made.output
    assert siteward("enrol", str(config), "--replace").output != made.output
