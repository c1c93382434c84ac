r"""Pictures on the wire: one line of JSON, ``\n``, then the JPEG bytes.

MQTT 5 user properties would do as well, but not on every broker we start on
(docs/decisions/0003-picture-framing.md).
"""

from typing import TypeVar

import msgspec

_Header = TypeVar("_Header", bound=msgspec.Struct)


def pack(header: msgspec.Struct, body: bytes) -> bytes:
    """Joins a header and a picture into one payload."""
    return msgspec.json.encode(header) + b"\n" + body


def unpack(payload: bytes, kind: type[_Header]) -> tuple[_Header, bytes]:
    """Splits a payload made by :func:`pack`.

    Raises:
        msgspec.DecodeError: There is no header line, or it is not such a header.
    """
    line, newline, body = payload.partition(b"\n")
    if not newline:
        raise msgspec.DecodeError("no header line before the picture")
    return msgspec.json.decode(line, type=kind), body
