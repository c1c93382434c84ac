from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteward_contracts.messages import Statistic
from siteward_edge.config.hj212 import FactorMap, Hj212Device
from siteward_edge.sensors.hj212 import factors, framing, packet, sm4
from siteward_edge.sensors.hj212.framing import Framed
from siteward_edge.sensors.measured import Measured
from siteward_edge.sensors.quality import plausible
from tests.edge.sensors.packets import (
    ACK,
    ANNEX,
    APPENDIX_2025,
    DUST_NG,
    FAULT,
    FIELD_2005,
    HEARTBEAT,
    MINUTE,
    MN,
    REAL_TIME,
)

NOW = datetime(2026, 3, 11, 14, 31, tzinfo=UTC)
NANO = {
    "a34004": FactorMap(metric="pm25", scale=0.001),
    "a34002": FactorMap(metric="pm10", scale=0.001),
    "a34001": FactorMap(metric="tsp", scale=0.001),
}


def only(data: bytes) -> Framed:
    pieces, rest = framing.cut(data)
    assert len(pieces) == 1
    assert rest.strip() == b""
    assert isinstance(pieces[0], Framed)
    return pieces[0]


def measured(segment: bytes, **device: object) -> Measured:
    read = packet.parse(segment)
    box = Hj212Device.model_validate({"mn": read.mn, "device": "dust-1", **device})
    return factors.measured(read, packet.contents(read.cp), box, NOW, segment, "0" * 32)


@pytest.mark.parametrize(
    ("segment", "standard", "modbus"),
    [
        (ANNEX, "1C80", "0759"),
        (b"123456789", "2F80", "4B37"),
        (DUST_NG[6:-6], "5440", None),
        (APPENDIX_2025, "2200", None),
        (FIELD_2005, "6840", "680D"),
    ],
)
def test_checksums_match_published_ones(segment: bytes, standard: str, modbus: str | None) -> None:
    assert framing.crc_hj212(segment) == standard
    assert modbus is None or framing.crc_modbus(segment) == modbus


@given(st.binary(max_size=60))
def test_the_quick_checksum_is_the_one_of_the_reference(segment: bytes) -> None:
    register = 0xFFFF
    for byte in segment:
        register = (register >> 8) ^ byte
        for _ in range(8):
            register = (register >> 1) ^ (0xA001 if register & 1 else 0)
    assert framing.crc_hj212(segment) == f"{register:04X}"


@pytest.mark.parametrize("data", [DUST_NG, REAL_TIME, MINUTE, FAULT, ACK])
def test_known_packets_are_cut_checked_and_written_back_alike(data: bytes) -> None:
    framed = only(data)
    assert framing.crc_matches(framed.segment, framed.crc, "hj212") == "hj212"
    assert framing.crc_matches(framed.segment, framed.crc, "modbus") is None
    assert framing.write(framed.segment) == data
    assert framed.raw + b"\r\n" == data


def test_a_real_time_packet_gives_readings_in_catalogue_units() -> None:
    read = packet.parse(only(REAL_TIME).segment)
    assert (read.mn, read.cn, read.st, read.wants_ack) == (MN, 2011, "39", True)
    assert read.sent == datetime(2026, 3, 11, 6, 30, tzinfo=UTC)
    found = measured(REAL_TIME[6:-6])
    assert found.ts == datetime(2026, 3, 11, 6, 30, tzinfo=UTC)
    assert (found.refused, found.flags, found.live) == ((), {}, True)
    assert found.values == {
        "pm25": 58.2,
        "pm10": 131.0,
        "tsp": 245.6,
        "noise_laeq": 68.4,
        "wind_speed": 3.2,
        "wind_direction": 135,
        "temperature": 21.6,
        "humidity": 57.3,
        "pressure": 101.32,
    }


@pytest.mark.parametrize(
    ("flag", "edition", "split", "ack"),
    [
        (0, "2005", False, False),
        (1, "2005", False, True),
        (3, "2005", True, True),
        (4, "2017", False, False),
        (5, "2017", False, True),
        (7, "2017", True, True),
        (8, "2025", False, False),
        (9, "2025", False, True),
        (11, "2025", True, True),
        (12, None, False, False),
    ],
)
def test_the_edition_is_read_from_the_version_bits(
    flag: int, edition: str | None, split: bool, ack: bool
) -> None:
    read = packet.parse(b"MN=M;CN=2011;Flag=%d;PNUM=3;PNO=2;CP=&&&&" % flag)
    assert (read.edition, read.wants_ack) == (edition, ack)
    part = packet.parse(b"MN=M;CN=2011;Flag=%d;CP=&&&&" % flag)
    assert (part.pnum, part.pno) == (1, 1)
    assert bool(read.flag & 2) is split


def test_minute_data_is_a_statistic_unless_it_is_all_the_box_sends() -> None:
    found = measured(MINUTE[6:-6])
    assert found.values == {}
    assert found.period == "minute"
    assert found.statistics == {
        "pm10": Statistic(avg=127.4, min=118.0, max=139.2),
        "noise_laeq": Statistic(avg=66.2, min=61.0, max=79.5),
    }
    assert measured(MINUTE[6:-6], readings="minute").values == {"pm10": 127.4, "noise_laeq": 66.2}
    hourly = MINUTE[6:-6].replace(b"CN=2051", b"CN=2061").replace(b"a34002-Min", b"a34002-Cou")
    assert measured(hourly).statistics["pm10"] == Statistic(avg=127.4, max=139.2, sum=118.0)
    assert measured(MINUTE[6:-6].replace(b"CN=2051", b"CN=2031")).period == "day"


def test_statistics_are_scaled_and_impossible_or_flagged_ones_left_out() -> None:
    nano = MINUTE[6:-6].replace(b"LA-Flag=N", b"LA-Flag=D").replace(b"139.2", b"9e9")
    found = measured(nano, units={"a34002": {"metric": "pm10", "scale": 0.001}})
    pm10 = found.statistics["pm10"]
    assert pm10.avg == pytest.approx(0.1274)
    assert pm10.min == pytest.approx(0.118)
    assert pm10.max is None
    assert found.flags == {"noise_laeq": "D"}
    assert "ng/m³" in found.refused[0]
    assert "noise_laeq" not in found.statistics


def test_what_was_measured_earlier_is_marked() -> None:
    assert not measured(REAL_TIME[6:-6].replace(b"Flag=5;CP", b"Flag=9;RF=1;CP")).live


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (b"SB1-RS=1", ""),
        (b"SB1-RS=1;SB2-RS=3", "SB2 is under maintenance"),
        (b"SB1-RS=4", "SB1 is in alarm"),
        (b"SB1-RS=77", "'77' we do not know"),
    ],
)
def test_a_device_state_says_why_nothing_is_measured(said: bytes, state: str) -> None:
    found = measured(b"CN=2021;MN=M;CP=&&DataTime=20260311143000;%s&&" % said)
    assert found.state is not None
    assert bool(found.state) == bool(state)
    assert state in found.state
    assert found.values == {}


def test_nanograms_are_noticed_and_mended_by_the_unit_map() -> None:
    _, refused = plausible(measured(DUST_NG[6:-6]).values, {})
    assert set(refused) == {"pm25", "pm10", "tsp"}
    assert "probably ng/m³: set its scale under units to 0.001" in refused["pm25"]
    good, refused = plausible(measured(DUST_NG[6:-6], units=NANO).values, {})
    assert refused == {}
    assert good["pm25"] == pytest.approx(75.6)


def test_hectopascals_are_noticed() -> None:
    _, refused = plausible({"pressure": 1013.2}, {})
    assert "probably hPa: set its scale under units to 0.1" in refused["pressure"]


def test_a_faulty_sensor_is_flagged_and_its_neighbours_are_read() -> None:
    found = measured(FAULT[6:-6])
    assert found.flags == {"pm10": "D"}
    assert found.values == {"pm10": 0.0, "noise_laeq": 71.3}


@pytest.mark.parametrize("value", [b"--", b"nan", b"inf", b"1,5", b"1e999"])
def test_what_is_no_number_is_left_out_with_a_reason(value: bytes) -> None:
    found = measured(FAULT[6:-6].replace(b"71.3", value))
    if value == b"1,5":  # the comma ends the item; what follows is no item
        assert found.values["noise_laeq"] == 1
    else:
        assert "noise_laeq" not in found.values
        assert "is not a number" in found.refused[0]
    assert measured(FAULT[6:-6].replace(b"71.3", b"")).refused == ()


def test_missing_qn_lower_case_checksum_and_missing_line_end_are_forgiven() -> None:
    segment = REAL_TIME[6:-6].replace(b"QN=20260311143000000;", b"")
    data = framing.write(segment)
    framed = only(data[:-6] + data[-6:-2].lower())
    assert framing.crc_matches(framed.segment, framed.crc, "hj212") == "hj212"
    read = packet.parse(framed.segment)
    assert (read.qn, read.sent) == ("", None)


@pytest.mark.parametrize(
    ("segment", "text"),
    [
        (b"QN=1;CN=2011;MN=M", "no CP"),
        (b"CN=2011;CP=&&&&", "MN is missing"),
        (b"MN=;CN=2011;CP=&&&&", "MN is missing"),
        (b"MN=M;CP=&&&&", "CN is missing"),
        (b"MN=M;CN=abc;CP=&&&&", "must be a number"),
        (b"MN=M;CN=2011;Flag=-1;CP=&&&&", "must be a number"),
        ("MN=M;CN=２０１１;CP=&&&&".encode(), "must be a number"),
        (b"MN=M;CN=2011;Flag=7;PNUM=2;PNO=3;CP=&&&&", "PNO=3 of PNUM=2"),
        (b"MN=M;CN=2011;CP=&&DataTime=yesterday&&", "DataTime 'yesterday'"),
        (b"MN=M\xff;CN=2011;CP=&&&&", "neither ASCII nor UTF-8"),
    ],
)
def test_a_malformed_segment_says_what_is_wrong(segment: bytes, text: str) -> None:
    with pytest.raises(packet.BadPacketError, match=text) as caught:
        measured(segment)
    assert caught.value.reason == "shape"


def test_lengths_count_bytes_also_of_chinese() -> None:
    segment = "MN=M;CN=3020;Flag=9;CP=&&Info=扬尘监测仪&&".encode()
    data = framing.write(segment)
    assert int(data[2:6]) == len(segment) > len(segment.decode())
    assert packet.parse(only(data + b"\r\n").segment).cp == "Info=扬尘监测仪"
    with pytest.raises(ValueError, match="split it"):
        framing.write(b"x" * 10_000)


@given(st.lists(st.integers(min_value=1, max_value=400), max_size=12), st.integers(0, 3))
def test_packets_survive_any_split_of_the_stream(cuts: list[int], junk: int) -> None:
    stream = b"noise" * junk + REAL_TIME + FAULT + MINUTE
    found: list[Framed | bytes] = []
    rest = b""
    at = 0
    for size in [*cuts, len(stream)]:
        pieces, rest = framing.cut(rest + stream[at : at + size])
        found += pieces
        at += size
    framed = [piece for piece in found if isinstance(piece, Framed)]
    assert [f.crc for f in framed] == ["EF41", "F781", "B101"]
    loose = [piece for piece in found if isinstance(piece, bytes)]
    assert b"".join(loose) == b"noise" * junk


def test_a_wrong_length_does_not_swallow_the_next_packet() -> None:
    pieces, _ = framing.cut(REAL_TIME.replace(b"##0375", b"##0975") + FAULT + MINUTE)
    assert [p.crc for p in pieces if isinstance(p, Framed)] == ["F781", "B101"]
    assert any(isinstance(p, bytes) for p in pieces)


@given(st.binary(max_size=300) | st.binary(max_size=80).map(lambda b: b"MN=M;CN=2011;" + b))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    for stream in (data, framing.write(data), framing.write(b"MN=M;CN=2011;CP=&&%s&&" % data)):
        pieces, rest = framing.cut(stream)
        assert len(rest) <= len(stream)
        for piece in pieces:
            if isinstance(piece, Framed):
                sm4.looks_encrypted(piece.segment)
                try:
                    measured(piece.segment)
                except packet.BadPacketError as error:
                    assert str(error)
                except ValueError as error:  # the MN is longer than a box may be set to
                    assert "mn" in str(error)


_WORD = st.text(
    st.characters(codec="utf-8", exclude_characters="&;,=-", exclude_categories=["Z", "C"]),
    min_size=1,
)


@given(
    st.dictionaries(_WORD, st.dictionaries(_WORD, _WORD, min_size=1, max_size=3), max_size=4),
    st.sampled_from(["hj212", "modbus"]),
)
def test_what_is_written_is_read(data: dict[str, dict[str, str]], form: framing.CrcForm) -> None:
    items = ";".join(
        ",".join(f"{code}-{aspect}={value}" for aspect, value in aspects.items())
        for code, aspects in data.items()
    )
    framed = only(framing.write(f"CN=2011;MN=M;CP=&&{items}&&".encode(), form))
    assert framing.crc_matches(framed.segment, framed.crc, form) == form
    assert packet.contents(packet.parse(framed.segment).cp).data == data


def test_an_answer_is_given_as_asked_and_never_to_an_answer() -> None:
    assert packet.reply(packet.parse(REAL_TIME[6:-6])) == ACK
    assert packet.reply(packet.parse(REAL_TIME[6:-6].replace(b"Flag=5", b"Flag=4"))) is None
    beat = packet.reply(packet.parse(HEARTBEAT))
    assert beat is not None
    assert (b"CN=9013" in beat, b"Flag=8;" in beat) == (True, True)
    assert packet.reply(packet.parse(HEARTBEAT.replace(b"9015", b"9014"))) is None
    notice = packet.reply(packet.parse(b"CN=3020;MN=M;Flag=9;CP=&&&&"))
    assert notice is not None
    assert b"CN=9013" in notice
    older = packet.reply(packet.parse(REAL_TIME[6:-6]), edition="2005")
    assert older is not None
    assert b"Flag=0;" in older


def test_encryption_is_that_of_the_national_standard_and_keeps_the_length() -> None:
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    segment = b"CP=&&" + key + b"&&"
    secret = sm4.encrypted(segment, key)
    # GB/T 32907-2016, appendix A.1
    assert secret == b"CP=&&" + bytes.fromhex("681edf34d206965e86b3e94f536e4246") + b"&&"
    tail = b"MN=M;CN=2011;CP=&&DataTime=20260311143000;a=1&&"
    secret = sm4.encrypted(tail, key)
    assert len(secret) == len(tail)
    assert secret.endswith(b"a=1&&"[-4:])
    assert sm4.looks_encrypted(secret)
    assert sm4.decrypted(secret, key) == tail


@given(st.binary(max_size=80), st.binary(min_size=16, max_size=16))
def test_whatever_is_encrypted_is_decrypted(region: bytes, key: bytes) -> None:
    segment = b"MN=M;CP=&&" + region.replace(b"&", b"") + b"&&"
    assert sm4.decrypted(sm4.encrypted(segment, key), key) == segment


@pytest.mark.parametrize("data", [REAL_TIME, MINUTE, FAULT, DUST_NG, ACK])
def test_plain_packets_do_not_look_encrypted(data: bytes) -> None:
    assert not sm4.looks_encrypted(data[6:-6])
