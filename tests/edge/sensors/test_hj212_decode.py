from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from siteward_edge.main import command
from siteward_edge.sensors.hj212 import framing, sm4
from siteward_edge.sensors.hj212.explain import explain
from tests.edge.sensors.packets import DUST_NG, FAULT, HEARTBEAT, MINUTE, REAL_TIME

KEY = "30" * 16


def decode(data: bytes, *options: str) -> Result:
    return CliRunner().invoke(command, ["hj212", "decode", *options, "-"], input=data)


def test_a_good_packet_is_told_in_words(tmp_path: Path) -> None:
    file = tmp_path / "packet.txt"
    file.write_bytes(REAL_TIME)
    result = CliRunner().invoke(command, ["hj212", "decode", str(file)])
    assert result.exit_code == 0
    for part in (
        "checksum EF41: right (crc: hj212)",
        "MN CN440103SITE0000000001A1: the box",
        "ST 39: site dust",
        "CN 2011: real-time data",
        "Flag 5: edition of 2017, asks for an answer",
        "sent 2026-03-11 14:30:00.000+08:00",
        "CN=9014;PW=123456;MN=CN440103SITE0000000001A1;Flag=4;CP=&&&&3900",
        "a34002 (PM10 pm10): Rtd 131.0 µg/m³",
    ):
        assert part in result.output


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (
            REAL_TIME.replace(b"68.4", b"98.4"),
            "wrong, it should be FB41 (or B26F as Modbus has it)",
        ),
        (DUST_NG, "probably ng/m³: set its scale under units to 0.001"),
        (FAULT, "flag D: fault"),
        (REAL_TIME[:200], "says it has 0375 bytes, but they are not all here"),
        (REAL_TIME.replace(b"##0375", b"##0385"), "it seems to end after 375 bytes"),
        (b"hello", "none begins with ##"),
        (b"", "none begins with ##"),
        (framing.write(b"MN=M;CN=2011"), "no CP=&&"),
        (framing.write(b"MN=M;CN=2021;CP=&&SB1-RS=4&&"), "SB1: in alarm"),
        (framing.write(b"MN=M;CN=2011;Flag=7;PNUM=2;PNO=1;CP=&&&&"), "only part 1 of 2 is here"),
        (framing.write(b"MN=M;CN=2011;Flag=64;CP=&&&&"), "of no edition we know"),
    ],
)
def test_what_is_wrong_is_told_and_ends_with_1(data: bytes, text: str) -> None:
    result = decode(data)
    assert text in result.output
    assert result.exit_code == 1


def test_a_log_with_other_text_between_is_read() -> None:
    log = b"14:30:01 received " + REAL_TIME + b"14:30:02 received " + MINUTE + b"14:35 " + FAULT
    result = decode(log)
    assert result.output.count("packet") >= 3
    assert "CN 2051: minute data" in result.output
    pasted = REAL_TIME.strip() + b"\\r\\n"
    assert decode(pasted).exit_code == 0


def test_the_checksum_of_modbus_is_recognised() -> None:
    result = decode(framing.write(REAL_TIME[6:-6], "modbus"))
    assert "that of Modbus; set crc: modbus for this box" in result.output
    assert result.exit_code == 0


def test_a_split_message_is_told_as_one_and_a_heartbeat_by_name() -> None:
    parts = [
        b"MN=M;CN=2011;Flag=6;PNUM=2;PNO=%d;CP=&&LA-%s&&" % p for p in ((1, b"Rtd=6"), (2, b""))
    ]
    parts[1] = parts[1].replace(b"LA-", b"1.5,LA-Flag=N")
    result = decode(b"".join(map(framing.write, parts)))
    assert "part 2 of 2" in result.output
    assert "LA (噪声 noise_laeq): Rtd 61.5 dB(A)" in result.output
    assert "CN 9015: heartbeat" in decode(framing.write(HEARTBEAT)).output


def test_encrypted_data_is_told_with_its_key() -> None:
    plain = REAL_TIME[6:-6]
    secret = sm4.encrypted(plain, bytes.fromhex(KEY))
    data = b"##%04d%s%s" % (len(secret), secret, framing.crc_hj212(plain).encode())
    assert "give --sm4-key" in decode(data).output
    assert decode(data, "--sm4-key", KEY).exit_code == 0
    assert "32 hexadecimal digits" in decode(data, "--sm4-key", "30").output


@given(st.binary(max_size=200), st.binary(min_size=16, max_size=16) | st.none())
def test_no_bytes_crash_the_explanation(data: bytes, key: bytes | None) -> None:
    for stream in (data, framing.write(data), framing.write(b"MN=M;CN=2011;CP=&&%s&&" % data)):
        assert list(explain(stream, key))
