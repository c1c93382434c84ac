"""Encrypted data of HJ 212-2025: SM4, ECB, no padding, over the data region only. Pure.

Whole blocks of 16 bytes are encrypted, what is left at the end travels plainly, so that the
length stays the same; the checksum is of the plain segment. So say two public programs
written after the standard's section 6.4 and appendix A.2; the decision page names what
could not be verified.
"""

from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK: Final = 16
_START: Final = b"CP=&&"
_END: Final = b"&&"


def looks_encrypted(segment: bytes) -> bool:
    """Whether the data region holds what no plain one does: bytes that are no text."""
    region = _region(segment)
    try:
        text = segment[region].decode("utf-8")
    except UnicodeDecodeError:
        return True
    return any(character < " " for character in text)


def decrypted(segment: bytes, key: bytes) -> bytes:
    """The segment with its data region in plain."""
    return _crypt(segment, key, decrypt=True)


def encrypted(segment: bytes, key: bytes) -> bytes:
    """The segment with its data region encrypted, of the same length."""
    return _crypt(segment, key, decrypt=False)


def _crypt(segment: bytes, key: bytes, *, decrypt: bool) -> bytes:
    region = _region(segment)
    whole = (region.stop - region.start) // BLOCK * BLOCK
    end = region.start + whole
    # ECB is what the standard asks; it hides a reading, not that it is the same as before.
    cipher = Cipher(algorithms.SM4(key), modes.ECB())
    worker = cipher.decryptor() if decrypt else cipher.encryptor()
    blocks = worker.update(segment[region.start : end]) + worker.finalize()
    return segment[: region.start] + blocks + segment[end:]


def _region(segment: bytes) -> slice:
    start = segment.find(_START)
    start = len(segment) if start < 0 else start + len(_START)
    end = len(segment) - len(_END) if segment.endswith(_END) else len(segment)
    return slice(start, max(start, end))
