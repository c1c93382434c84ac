import asyncio
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siteward_contracts.messages import Statistic
from siteward_edge.config.hj212 import Hj212, Hj212Device
from siteward_edge.sensors.hj212 import framing, packet, sm4
from siteward_edge.sensors.hj212.server import serving
from tests.edge.sensors.conftest import Bench
from tests.edge.sensors.packets import ACK, FAULT, HEARTBEAT, MINUTE, MN, REAL_TIME

SEGMENT = REAL_TIME[6:-6]
KEY = "30" * 16


@asynccontextmanager
async def listening(bench: Bench, **device: object) -> AsyncIterator[int]:
    box = Hj212Device.model_validate({"mn": MN, "device": "dust-1", **device})
    hj212 = Hj212(listen="127.0.0.1:0", devices=[box])
    async with serving(hj212, "school", bench.intake(dust_1=box)) as server:
        yield server.sockets[0].getsockname()[1]


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


def told(bench: Bench, *chunks: bytes, **device: object) -> bytes:
    """What a box hears that says something and hangs up."""

    async def run() -> bytes:
        async with listening(bench, **device) as port:
            return await talk(port, *chunks)

    return asyncio.run(run())


def test_a_box_is_heard_over_tcp_and_acknowledged_after_its_data_is_on_disk(bench: Bench) -> None:
    answer = told(bench, REAL_TIME[:50], REAL_TIME[50:], MINUTE)
    assert answer.startswith(ACK)
    assert answer.count(b"CN=9014") == 2
    assert bench.values("noise_laeq") == [68.4]
    assert bench.values("sensor_ok") == [1]
    (minute,) = [s for s in bench.samples() if s.period]
    assert minute.statistics["noise_laeq"] == Statistic(avg=66.2, min=61.0, max=79.5)
    before = {m.id for m in bench.messages()}
    told(bench, REAL_TIME)
    again = [m for m in bench.messages() if m.id in before]
    assert len(again) == len(before) + 1, "a packet sent again is the same message"


def test_many_packets_in_one_segment_of_tcp_are_all_taken_and_answered(bench: Bench) -> None:
    packets = [
        framing.write(SEGMENT.replace(b"20260311143000", b"202603111430%02d" % second))
        for second in range(50)
    ]
    assert told(bench, b"".join(packets)).count(b"CN=9014") == 50
    assert len(bench.values("pm10")) == 50


def test_bad_packets_are_counted_kept_raw_unanswered_and_do_not_stop_the_good(
    bench: Bench,
) -> None:
    broken = REAL_TIME.replace(b"LA-Rtd=68.4", b"LA-Rtd=98.4")
    stranger = framing.write(SEGMENT.replace(MN.encode(), b"X" * 24))
    mumble = framing.write(b"MN=%s;CN=zz;CP=&&&&" % MN.encode())
    answer = told(bench, broken, stranger, mumble, b"GET / HTTP/1.0\r\n\r\n", FAULT, REAL_TIME[:99])
    assert answer.count(b"CN=9014") == 1
    assert bench.outbox.counts() == {
        "rejected.crc": 1,
        "rejected.length": 2,
        "rejected.shape": 1,
        "rejected.unknown_mn": 1,
    }
    kept = {reason: raw for _, _, reason, raw in bench.outbox.rejected()}
    assert b"LA-Rtd=98.4" in kept["crc"]
    assert bench.values("noise_laeq") == [71.3]


@pytest.mark.parametrize("mode", ["modbus", "either"])
def test_a_box_with_the_modbus_checksum_is_answered_in_kind(
    bench: Bench, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        answer = told(
            bench, framing.write(SEGMENT, "modbus"), FAULT.replace(b"F781", b"0000"), crc=mode
        )
    pieces, _ = framing.cut(answer)
    assert len(pieces) == 1
    assert isinstance(pieces[0], framing.Framed)
    assert framing.crc_matches(pieces[0].segment, pieces[0].crc, "modbus") == "modbus"
    assert bench.values("pm10") == [131.0]
    said = "computes its checksum as modbus; set crc: modbus"
    assert (said in caplog.text) is (mode == "either")


def test_a_heartbeat_of_the_2025_edition_is_answered_and_gives_no_reading(bench: Bench) -> None:
    (answer,), _ = framing.cut(told(bench, framing.write(HEARTBEAT)))
    assert isinstance(answer, framing.Framed)
    read = packet.parse(answer.segment)
    assert (read.cn, read.flag) == (9013, 8)
    assert bench.messages() == []


def test_a_split_message_is_taken_once_whole_and_each_part_is_answered(bench: Bench) -> None:
    cp = packet.parse(SEGMENT).cp
    head = SEGMENT.partition(b"Flag=")[0]
    parts = [
        framing.write(b"%sFlag=7;PNUM=3;PNO=%d;CP=&&%s&&" % (head, number, text.encode()))
        for number, text in enumerate([cp[:100], cp[100:201], cp[201:]], 1)
    ]
    assert told(bench, parts[2], parts[0], parts[1]).count(b"CN=9014") == 3
    assert bench.values("pressure") == [101.32]
    assert len(bench.samples()[0].readings) == 9
    told(bench, parts[0], parts[2])
    assert bench.outbox.counts() == {"rejected.incomplete": 2}


def test_a_wrong_password_is_refused_where_one_is_set(bench: Bench) -> None:
    assert told(bench, REAL_TIME, password="123456") == ACK
    assert told(bench, REAL_TIME, password="654321") == b""
    assert bench.outbox.counts() == {"rejected.password": 1}


def test_encrypted_data_is_read_with_the_key_and_refused_by_name_without(bench: Bench) -> None:
    plain = SEGMENT.replace(b"Flag=5", b"Flag=9")
    crc = framing.crc_hj212(plain)
    secret = sm4.encrypted(plain, bytes.fromhex(KEY))
    data = b"##%04d%s%s\r\n" % (len(secret), secret, crc.encode())
    assert b"CN=9014" in told(bench, data[:200], data[200:], sm4_key=KEY)
    assert bench.values("noise_laeq") == [68.4]
    assert told(bench, data) == b""
    assert told(bench, data, sm4_key="31" * 16) == b""
    assert bench.outbox.counts() == {"rejected.encrypted": 1, "rejected.crc": 1}


def test_impossible_values_are_left_out_and_the_packet_is_kept_raw(bench: Bench) -> None:
    units = {"LA": {"metric": "noise_laeq", "scale": 10}}
    told(bench, REAL_TIME, REAL_TIME, units=units)
    assert bench.values("noise_laeq") == []
    assert bench.values("pm10") == [131.0, 131.0]
    assert bench.outbox.counts() == {"rejected.implausible": 2}
    assert len(bench.outbox.rejected()) == 1, "the same again is only counted"


def test_what_the_box_measured_earlier_is_kept_and_judges_nothing(bench: Bench) -> None:
    told(bench, framing.write(SEGMENT.replace(b"Flag=5;", b"Flag=9;RF=1;")))
    assert bench.values("noise_laeq") == [68.4]
    assert bench.values("sensor_ok") == []


def test_what_the_disk_does_not_take_is_not_acknowledged_so_that_the_box_sends_again(
    bench: Bench,
) -> None:
    bench.outbox._db.execute("PRAGMA query_only=ON")
    assert told(bench, REAL_TIME) == b""
    bench.outbox._db.execute("PRAGMA query_only=OFF")
    assert told(bench, REAL_TIME) == ACK
    assert bench.values("pm10") == [131.0]


def test_random_damage_never_yields_a_reading(bench: Bench) -> None:
    rng = random.Random(7)

    async def run() -> None:
        async with listening(bench) as port:
            for _ in range(50):
                damaged = bytearray(REAL_TIME)
                damaged[rng.randrange(6, len(damaged) - 6)] ^= 1 << rng.randrange(8)
                await talk(port, bytes(damaged))

    asyncio.run(run())
    assert bench.outbox.depth == 0
    assert sum(bench.outbox.counts().values()) >= 50


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.binary(max_size=60) | st.sampled_from([REAL_TIME[:40], b"##", b"##00", b"&&"])))
def test_whatever_comes_the_server_hears_the_next_box(bench: Bench, chunks: list[bytes]) -> None:
    async def run() -> bytes:
        async with listening(bench) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.writelines(chunks)
            writer.write_eof()
            await reader.read()
            writer.close()
            return await talk(port, REAL_TIME)

    assert asyncio.run(run()) == ACK


def test_a_box_that_is_connected_is_hung_up_on_at_the_end(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> bytes:
        async with listening(bench) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(REAL_TIME[:50])
            await asyncio.sleep(0.05)
        rest = await reader.read()
        writer.close()
        return rest

    assert asyncio.run(run()) == b""
    assert "Traceback" not in caplog.text
    assert bench.outbox.counts() == {"rejected.length": 1}


def test_messages_are_valid_wire_json(bench: Bench) -> None:
    told(bench, FAULT)
    plain = msgspec.json.decode(bench.outbox.take(1)[0].payload)
    assert plain["samples"][0]["flags"] == {"pm10": "D"}
    assert plain["ts"] == "2026-03-11T06:31:00Z", "a stamp of tonight is not believed"


def test_the_time_is_the_box_s_own(bench: Bench) -> None:
    told(bench, REAL_TIME)
    assert bench.samples()[0].ts == datetime(2026, 3, 11, 6, 30, tzinfo=UTC)
