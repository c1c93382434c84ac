import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteward_contracts.decode import decode
from siteward_contracts.messages import Telemetry
from siteward_edge.config.hj212 import FactorMap, Hj212, Hj212Device
from siteward_edge.delivery.outbox import Outbox
from siteward_edge.sensors.hj212 import packet as hj212
from siteward_edge.sensors.hj212 import server as hj212_server

NOW = datetime(2026, 3, 11, 14, 31, tzinfo=UTC)
MN = "CN440103SITE0000000001A1"
ANNEX = (
    b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;"
    b"CP=&&RtdInterval=30&&"
)
DUST_NG = (
    b"##0379QN=20180427125809000;ST=22;CN=2011;PW=123456;MN=LXHB0CS0306310;Flag=5;CP=&&"
    b"DataTime=20180427125809;a34004-Rtd=75600.000,a34004-Flag=N;a34002-Rtd=140600.000,"
    b"a34002-Flag=N;a34001-Rtd=178000.000,a34001-Flag=N;a01001-Rtd=24.8,a01001-Flag=N;"
    b"a01002-Rtd=46.8,a01002-Flag=N;a01006-Rtd=101.380,a01006-Flag=N;a01007-Rtd=0.0,"
    b"a01007-Flag=N;a01008-Rtd=25,a01008-Flag=N;LA-Rtd=57.9,LA-Flag=N&&5440\r\n"
)
REAL_TIME = (
    b"##0375QN=20260311143000000;ST=39;CN=2011;PW=123456;MN=CN440103SITE0000000001A1;Flag=5;"
    b"CP=&&DataTime=20260311143000;a34004-Rtd=58.2,a34004-Flag=N;a34002-Rtd=131.0,"
    b"a34002-Flag=N;a34001-Rtd=245.6,a34001-Flag=N;LA-Rtd=68.4,LA-Flag=N;a01007-Rtd=3.2,"
    b"a01007-Flag=N;a01008-Rtd=135,a01008-Flag=N;a01001-Rtd=21.6,a01001-Flag=N;"
    b"a01002-Rtd=57.3,a01002-Flag=N;a01006-Rtd=101.320,a01006-Flag=N&&EF41\r\n"
)
MINUTE = (
    b"##0221QN=20260311143500000;ST=39;CN=2051;PW=123456;MN=CN440103SITE0000000001A1;Flag=5;"
    b"CP=&&DataTime=20260311143000;a34002-Min=118.0,a34002-Avg=127.4,a34002-Max=139.2,"
    b"a34002-Flag=N;LA-Min=61.0,LA-Avg=66.2,LA-Max=79.5,LA-Flag=N&&B101\r\n"
)
FAULT = (
    b"##0161QN=20260311223000000;ST=39;CN=2011;PW=123456;MN=CN440103SITE0000000001A1;Flag=5;"
    b"CP=&&DataTime=20260311223000;a34002-Rtd=0.0,a34002-Flag=D;LA-Rtd=71.3,LA-Flag=N&&F781\r\n"
)
ACK = (
    b"##0087QN=20260311143000000;ST=91;CN=9014;PW=123456;MN=CN440103SITE0000000001A1;Flag=4;"
    b"CP=&&&&3900\r\n"
)


def only(data: bytes) -> hj212.Framed:
    pieces, rest = hj212.cut(data)
    assert len(pieces) == 1
    assert rest.strip() == b""
    assert isinstance(pieces[0], hj212.Framed)
    return pieces[0]


@pytest.mark.parametrize(
    ("segment", "standard", "modbus"),
    [(ANNEX, "1C80", "0759"), (b"123456789", "2F80", "4B37"), (DUST_NG[6:-6], "5440", None)],
)
def test_checksums_match_published_ones(segment: bytes, standard: str, modbus: str | None) -> None:
    assert hj212.crc_hj212(segment) == standard
    assert modbus is None or hj212.crc_modbus(segment) == modbus


@pytest.mark.parametrize("packet", [DUST_NG, REAL_TIME, MINUTE, FAULT, ACK])
def test_known_packets_are_cut_checked_and_written_back_alike(packet: bytes) -> None:
    framed = only(packet)
    assert hj212.crc_matches(framed, "hj212") == "hj212"
    assert hj212.crc_matches(framed, "modbus") is None
    assert hj212.write(framed.segment) == packet


def test_a_real_time_packet_gives_readings_in_catalogue_units() -> None:
    packet = hj212.parse(only(REAL_TIME).segment)
    assert (packet.mn, packet.cn, packet.st, packet.wants_ack) == (MN, 2011, "39", True)
    assert packet.time is not None
    assert packet.time.astimezone(UTC) == datetime(2026, 3, 11, 6, 30, tzinfo=UTC)
    found = hj212.readings(packet, {})
    assert found.refused == []
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


def test_nanograms_are_noticed_and_mended_by_the_unit_map() -> None:
    packet = hj212.parse(only(DUST_NG).segment)
    plain = hj212.readings(packet, {})
    assert len(plain.refused) == 3
    assert "ng/m³ is 0.001" in plain.refused[0]
    assert "pm25" not in plain.values
    nano = {"a34004": ("pm25", 0.001), "a34002": ("pm10", 0.001), "a34001": ("tsp", 0.001)}
    scaled = hj212.readings(packet, nano)
    assert scaled.refused == []
    assert scaled.values["pm25"] == pytest.approx(75.6)


def test_a_faulty_sensor_is_flagged_and_its_neighbours_are_read() -> None:
    found = hj212.readings(hj212.parse(only(FAULT).segment), {})
    assert found.flags == {"pm10": "D"}
    assert found.values == {"pm10": 0.0, "noise_laeq": 71.3}


def test_missing_qn_lower_case_checksum_and_missing_line_end_are_forgiven() -> None:
    segment = REAL_TIME[6:-6].replace(b"QN=20260311143000000;", b"")
    packet = hj212.write(segment)
    lenient = packet[:-6] + packet[-6:-2].lower()
    framed = only(lenient)
    assert hj212.crc_matches(framed, "hj212") == "hj212"
    assert hj212.parse(framed.segment).qn == ""


@pytest.mark.parametrize(
    ("segment", "text"),
    [
        (b"QN=1;CN=2011;MN=M", "no CP"),
        (b"CN=2011;CP=&&&&", "MN is missing"),
        (b"MN=M;CP=&&&&", "CN is missing"),
        (b"MN=M;CN=abc;CP=&&&&", "must be numbers"),
        (b"MN=M;CN=2011;CP=&&DataTime=yesterday&&", "DataTime 'yesterday'"),
        (b"MN=M\xff;CN=2011;CP=&&&&", "neither ASCII nor UTF-8"),
    ],
)
def test_a_malformed_segment_says_what_is_wrong(segment: bytes, text: str) -> None:
    with pytest.raises(hj212.BadPacketError, match=text) as caught:
        hj212.parse(segment)
    assert caught.value.reason == "shape"


@given(st.lists(st.integers(min_value=1, max_value=400), max_size=12), st.integers(0, 3))
def test_packets_survive_any_split_of_the_stream(cuts: list[int], junk: int) -> None:
    stream = b"noise" * junk + REAL_TIME + FAULT + MINUTE
    found: list[hj212.Framed | bytes] = []
    rest = b""
    at = 0
    for size in [*cuts, len(stream)]:
        pieces, rest = hj212.cut(rest + stream[at : at + size])
        found += pieces
        at += size
    framed = [piece for piece in found if isinstance(piece, hj212.Framed)]
    assert [f.crc for f in framed] == ["EF41", "F781", "B101"]
    loose = [piece for piece in found if isinstance(piece, bytes)]
    assert b"".join(loose) == b"noise" * junk


def test_a_wrong_length_does_not_swallow_the_next_packet() -> None:
    pieces, _ = hj212.cut(REAL_TIME.replace(b"##0375", b"##0975") + FAULT + MINUTE)
    assert [p.crc for p in pieces if isinstance(p, hj212.Framed)] == ["F781", "B101"]
    assert any(isinstance(p, bytes) for p in pieces)


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    pieces, rest = hj212.cut(data)
    assert len(rest) <= len(data)
    for piece in pieces:
        if isinstance(piece, hj212.Framed):
            try:
                hj212.readings(hj212.parse(piece.segment), {})
            except hj212.BadPacketError as error:
                assert str(error)


@asynccontextmanager
async def listening(tmp_path: Path, **device: object) -> AsyncIterator[tuple[Outbox, int]]:
    outbox = Outbox(tmp_path / "o.db", 10**7)
    settings = Hj212(
        listen="127.0.0.1:0",
        devices=[Hj212Device.model_validate({"mn": MN, "device": "dust-1", **device})],
    )
    server = await hj212_server.serve(settings, "school", outbox, lambda: NOW)
    try:
        yield outbox, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        outbox.close()


async def talk(port: int, *chunks: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for chunk in chunks:
        writer.write(chunk)
        await writer.drain()
        await asyncio.sleep(0.01)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


def stored(outbox: Outbox) -> list[Telemetry]:
    outbox.release()
    found = [decode(w.topic, w.payload, NOW).message for w in outbox.take(100)]
    assert all(isinstance(m, Telemetry) for m in found)
    return [m for m in found if isinstance(m, Telemetry)]


def test_a_box_is_heard_over_tcp_and_acknowledged_after_its_data_is_on_disk(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        async with listening(tmp_path) as (outbox, port):
            answer = await talk(port, REAL_TIME[:50], REAL_TIME[50:], MINUTE)
            assert answer.startswith(ACK)
            messages = stored(outbox)
            assert [m.samples[0].readings["noise_laeq"] for m in messages] == [68.4]
            assert outbox.counts() == {"hj212.cn2051": 1}
            await talk(port, REAL_TIME)
            ids = {m.id for m in stored(outbox)}
            assert len(ids) == 1, "a packet sent again is the same message"

    asyncio.run(run())


def test_bad_packets_are_counted_kept_raw_unanswered_and_do_not_stop_the_good(
    tmp_path: Path,
) -> None:
    broken = REAL_TIME.replace(b"LA-Rtd=68.4", b"LA-Rtd=98.4")
    stranger = hj212.write(REAL_TIME[6:-6].replace(MN.encode(), b"X" * 24))
    mumble = hj212.write(b"MN=%s;CN=zz;CP=&&&&" % MN.encode())

    async def run() -> None:
        async with listening(tmp_path) as (outbox, port):
            answer = await talk(port, broken, stranger, mumble, b"GET / HTTP/1.0\r\n\r\n", FAULT)
            assert answer.count(b"CN=9014") == 1
            assert outbox.counts() == {
                "rejected.crc": 1,
                "rejected.length": 1,
                "rejected.shape": 1,
                "rejected.unknown_mn": 1,
            }
            kept = {reason: raw for _, _, reason, raw in outbox.rejected()}
            assert b"LA-Rtd=98.4" in kept["crc"]
            assert len(stored(outbox)) == 1

    asyncio.run(run())


@pytest.mark.parametrize("mode", ["modbus", "either"])
def test_a_box_with_the_modbus_checksum_is_answered_in_kind(tmp_path: Path, mode: str) -> None:
    async def run() -> None:
        async with listening(tmp_path, crc=mode) as (outbox, port):
            answer = await talk(port, hj212.write(REAL_TIME[6:-6], "modbus"))
            assert hj212.crc_matches(only(answer), "modbus") == "modbus"
            assert len(stored(outbox)) == 1

    asyncio.run(run())


def test_a_heartbeat_of_the_2025_edition_is_answered(tmp_path: Path) -> None:
    async def run() -> None:
        async with listening(tmp_path) as (_, port):
            beat = hj212.write(b"ST=91;CN=9015;PW=1;MN=%s;Flag=8;CP=&&&&" % MN.encode())
            answer = hj212.parse(only(await talk(port, beat)).segment)
            assert (answer.cn, answer.flag) == (9013, 8)

    asyncio.run(run())


def test_impossible_values_are_left_out_and_kept_raw(tmp_path: Path) -> None:
    async def run() -> None:
        async with listening(tmp_path, units={"LA": FactorMap(metric="noise_laeq", scale=10)}) as (
            outbox,
            port,
        ):
            await talk(port, REAL_TIME)
            (message,) = stored(outbox)
            assert "noise_laeq" not in message.samples[0].readings
            assert "pm10" in message.samples[0].readings
            assert outbox.counts() == {"rejected.implausible": 1}

    asyncio.run(run())


def test_random_damage_never_yields_a_reading(tmp_path: Path) -> None:
    rng = random.Random(7)

    async def run() -> None:
        async with listening(tmp_path) as (outbox, port):
            for _ in range(50):
                damaged = bytearray(REAL_TIME)
                damaged[rng.randrange(6, len(damaged) - 6)] ^= 1 << rng.randrange(8)
                await talk(port, bytes(damaged))
            assert outbox.depth == 0
            assert sum(outbox.counts().values()) >= 50

    asyncio.run(run())


def test_messages_are_valid_wire_json(tmp_path: Path) -> None:
    async def run() -> None:
        async with listening(tmp_path) as (outbox, port):
            await talk(port, FAULT)
            (waiting,) = outbox.take(1)
            plain = msgspec.json.decode(waiting.payload)
            assert plain["samples"][0]["flags"] == {"pm10": "D"}
            assert plain["ts"] == "2026-03-11T14:30:00Z"

    asyncio.run(run())
