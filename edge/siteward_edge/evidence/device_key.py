"""The agent's own Ed25519 key: made once by enrolment, read at every start, never shipped."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from siteward_contracts import signatures


class DeviceKeyError(Exception):
    """The key cannot be used or made; the text says what to do."""


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A private key; ``public`` is the other half, 64 hexadecimal digits."""

    private: Ed25519PrivateKey
    public: str

    @property
    def fingerprint(self) -> str:
        """What the technician reads to the administrator."""
        return signatures.fingerprint(self.public)

    def sign(self, statement: str) -> str:
        """The signature over a text, 128 hexadecimal digits."""
        return signatures.sign(self.private, statement)


def make_key(file: Path, *, replace: bool = False) -> DeviceKey:
    """Makes a key and writes it where only its owner can read it.

    Args:
        file: PEM file, mode 0600; it is whole or not there, even after a power cut.
        replace: Whether to put it in the place of another; that one is kept beside it as
            ``NAME.replaced``, because pictures that wait were signed with it.

    Raises:
        DeviceKeyError: There is a key already, or the file cannot be written.
    """
    if file.exists() and not replace:
        raise DeviceKeyError(
            f"{file} holds a key already; what it signed counts only while the platform knows it. "
            "To make another all the same: --replace"
        )
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    half = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(pem)
            out.flush()
            os.fsync(out.fileno())
        if file.exists():
            file.replace(file.with_name(f"{file.name}.replaced"))
        half.replace(file)
    except OSError as error:
        raise DeviceKeyError(f"{file} cannot be written: {error.strerror or error}") from error
    return DeviceKey(key, signatures.public_key(key))


def read_key(file: Path) -> DeviceKey:
    """Reads the agent's key.

    Raises:
        DeviceKeyError: There is none, others may read it, or it is no Ed25519 key.
    """
    try:
        mode, pem = stat.S_IMODE(file.stat().st_mode), file.read_bytes()
    except FileNotFoundError as error:
        raise DeviceKeyError(
            f"{file}: this agent has no key of its own yet, and none is shipped; "
            "make one with: siteward edge enrol CONFIG"
        ) from error
    except OSError as error:
        raise DeviceKeyError(f"{file} cannot be read: {error.strerror or error}") from error
    if mode & 0o077:
        raise DeviceKeyError(
            f"{file} may be read by others (mode {mode:o}); if nobody copied it: chmod 600 {file}, "
            "otherwise: siteward edge enrol CONFIG --replace"
        )
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise DeviceKeyError(f"{file} is no key: {error}; restore it, or {_REPLACE}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise DeviceKeyError(f"{file} holds a key of another kind than Ed25519; {_REPLACE}")
    return DeviceKey(key, signatures.public_key(key))


_REPLACE = "make another with: siteward edge enrol CONFIG --replace"
