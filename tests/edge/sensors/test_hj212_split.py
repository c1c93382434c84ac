from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteward_edge.sensors.hj212 import packet, split
from siteward_edge.sensors.hj212.packet import Packet
from tests.edge.sensors.packets import REAL_TIME

NOW = datetime(2026, 3, 11, 6, 30, tzinfo=UTC)
WHOLE = packet.parse(REAL_TIME[6:-6])


def part(cp: str, pno: int, pnum: int, qn: str = "1") -> Packet:
    return Packet(qn=qn, st="39", cn=2011, pw="", mn="M", flag=7, cp=cp, pnum=pnum, pno=pno)


@given(st.data())
def test_a_message_cut_anywhere_is_put_together_in_any_order(data: st.DataObject) -> None:
    text = WHOLE.cp
    places = data.draw(st.lists(st.integers(1, len(text) - 1), min_size=1, max_size=6, unique=True))
    edges = [0, *sorted(places), len(text)]
    pieces = [text[a:b] for a, b in pairwise(edges)]
    if data.draw(st.booleans()):  # as boxes do that cut between items and drop the separator
        pieces = [piece.strip(";,") for piece in pieces]
        cut_between = all(text[edge - 1] in ";," or text[edge] in ";," for edge in edges[1:-1])
    else:
        cut_between = True
    parts = [part(piece, number, len(pieces)) for number, piece in enumerate(pieces, 1)]
    order = data.draw(st.permutations(parts))
    assembly = split.Assembly()
    found = [whole for each in order if (whole := assembly.add(each, NOW))]
    assert len(found) == 1
    if cut_between:
        assert packet.contents(found[0].cp) == packet.contents(text)
    assert assembly.overdue() == []


def test_messages_of_several_boxes_do_not_mix_and_a_repeated_part_counts_once() -> None:
    assembly = split.Assembly()
    assert assembly.add(part("a-Rtd=1", 1, 2, "1"), NOW) is None
    assert assembly.add(part("b-Rtd=1", 1, 2, "2"), NOW) is None
    assert assembly.add(part("a-Rtd=1", 1, 2, "1"), NOW) is None
    whole = assembly.add(part("a-Flag=N", 2, 2, "1"), NOW)
    assert whole is not None
    assert whole.cp == "a-Rtd=1;a-Flag=N"
    assert whole.pnum == 1
    assert [p.cp for p in assembly.overdue()] == ["b-Rtd=1"]


def test_what_does_not_come_whole_is_given_up_in_time_and_never_fills_the_memory() -> None:
    assembly = split.Assembly()
    assembly.add(part("a", 1, 2), NOW)
    assert assembly.overdue(NOW + timedelta(seconds=59)) == []
    assert len(assembly.overdue(NOW + timedelta(seconds=61))) == 1
    for number in range(20):
        assembly.add(part("a", 1, 2, str(number)), NOW)
    assert len(assembly.overdue(NOW)) == 20 - split.MOST_MESSAGES
    with pytest.raises(packet.BadPacketError, match="at most 99"):
        assembly.add(part("a", 1, 100), NOW)


def test_a_message_that_is_not_split_passes_through() -> None:
    assert split.Assembly().add(WHOLE, NOW) is WHOLE
