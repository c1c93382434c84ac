"""Ed25519 over what an agent states of a picture: made at the edge, checked by whoever reads it.

Keys and signatures travel as lower-case hexadecimal text: 64 digits a public key, 128 a
signature. What is signed is text as it was written, so that nobody has to write JSON the same way.
"""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def public_key(key: Ed25519PrivateKey) -> str:
    """The public key of a private one."""
    return key.public_key().public_bytes_raw().hex()


def sign(key: Ed25519PrivateKey, statement: str) -> str:
    """The signature over a text's UTF-8 bytes."""
    return key.sign(statement.encode()).hex()


def is_signed_by(key: str, statement: str, signature: str) -> bool:
    """Whether a signature over a text is a public key's; false as well for what is no key."""
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(signature), statement.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(key: str) -> str:
    """What two people read to each other to compare a public key: 32 digits in groups of four.

    128 bits of the key's SHA-256; finding another key with the same ones is out of reach.

    Raises:
        ValueError: The key is not hexadecimal.
    """
    digits = hashlib.sha256(bytes.fromhex(key)).hexdigest()[:32]
    return " ".join(digits[n : n + 4] for n in range(0, 32, 4))
