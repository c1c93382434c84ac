from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteward_contracts.framing import pack, unpack
from siteward_contracts.messages import EvidenceHeader

HEADER = EvidenceHeader(id="0" * 16, ts=datetime(2026, 3, 1, tzinfo=UTC), sha256="ab" * 32)


@given(st.binary())
def test_a_picture_comes_out_as_it_went_in(picture: bytes) -> None:
    assert unpack(pack(HEADER, picture), EvidenceHeader) == (HEADER, picture)


@pytest.mark.parametrize("payload", [b"", b"\xff\xd8", b"no json\n\xff", b"{}\n\xff"])
def test_bytes_without_their_header_are_refused(payload: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        unpack(payload, EvidenceHeader)
