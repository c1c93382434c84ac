from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteward_contracts.catalog import METRICS
from siteward_contracts.decode import (
    MAX_AGE,
    MAX_FUTURE,
    MAX_PAYLOAD,
    Envelope,
    Reason,
    RefusedError,
    decode,
)
from siteward_contracts.framing import pack
from siteward_contracts.messages import EvidenceHeader, FrameHeader, Health, Status, Telemetry
from siteward_contracts.topics import Kind, Topic

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
ID = "0195a000-0000-7000-8000-000000000001"
SHA = "0" * 64


def body(**fields: Any) -> bytes:
    return msgspec.json.encode({"id": ID, "ts": NOW, "v": 1} | fields)


def telemetry(readings: dict[str, Any], ts: datetime = NOW) -> bytes:
    return body(samples=[{"ts": ts, "readings": readings}])


def detection(**fields: Any) -> bytes:
    whole = {
        "kind": "intrusion",
        "confidence": 0.9,
        "track": "t1",
        "box": [0.1, 0.1, 0.2, 0.2],
        "model": {"name": "m", "version": "1"},
    }
    return body(**whole | fields)


def read(payload: bytes, kind: str = "telemetry") -> Envelope:
    return decode(f"siteward/v1/garden/dust-1/{kind}", payload, NOW)


def refusal(payload: bytes, kind: str = "telemetry") -> tuple[Reason, str]:
    with pytest.raises(RefusedError) as caught:
        read(payload, kind)
    return caught.value.problem.reason, caught.value.problem.detail


def test_a_sound_message_comes_with_where_it_came_from() -> None:
    envelope = read(telemetry({"pm10": 40}))
    assert envelope.topic == Topic("garden", "dust-1", Kind.TELEMETRY)
    assert isinstance(envelope.message, Telemetry)
    assert envelope.message.samples[0].readings == {"pm10": 40.0}
    assert envelope.problems == []


def test_unknown_fields_of_a_newer_edge_are_ignored() -> None:
    payload = body(samples=[{"ts": NOW, "readings": {"pm10": 1}, "new": [1]}], newer={"a": 1})
    assert isinstance(read(payload).message, Telemetry)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b'{"id": "\xff"}',
        telemetry({"pm10": 41.5}).replace(b"41.5", b"NaN"),
        telemetry({"pm10": 41.5}).replace(b"41.5", b"Infinity"),
        b'{"unknown": ' + b"[" * 100_000,
        telemetry({"pm10": 1}) + b"}",
    ],
)
def test_what_is_not_json_is_refused(payload: bytes) -> None:
    assert refusal(payload)[0] is Reason.BAD_JSON


@pytest.mark.parametrize(
    ("payload", "named"),
    [
        (b"[]", "object"),
        (b"null", "object"),
        (body(), "samples"),
        (body(samples=[]), "$.samples"),
        (body(samples=[{"ts": NOW, "readings": {"pm10": "40"}}]), "readings"),
        (body(samples=[{"ts": NOW, "readings": {"pm10": None}}]), "readings"),
        (body(samples=[{"ts": "2026-03-01T08:00:00", "readings": {"pm10": 1}}]), "timezone"),
        (body(id="short", samples=[]), "$.id"),
        (body(v=2, samples=[]), "$.v"),
        (telemetry({"pm10": 41.5}).replace(b"41.5", b"1e999"), "out of range"),
    ],
)
def test_json_of_another_shape_is_refused_with_its_field(payload: bytes, named: str) -> None:
    reason, detail = refusal(payload)
    assert reason is Reason.BAD_SHAPE
    assert named in detail


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("detection", detection(confidence=1.5)),
        ("detection", detection(box=[0, 0, 2, 1])),
        ("detection", detection(phase="middle")),
        ("detection", detection(evidence="not-a-hash")),
        (
            "progress",
            body(zone="../etc", state="s", percent=1, confidence=1, coverage=1, method="m"),
        ),
        ("progress", body(zone="z", state="s", percent=101, confidence=1, coverage=1, method="m")),
        ("command", body(action="reboot", seconds=1)),
        ("command", body(action="watch", seconds=100_000)),
    ],
)
def test_values_no_message_may_have_are_refused(kind: str, payload: bytes) -> None:
    assert refusal(payload, kind)[0] is Reason.BAD_SHAPE


def test_a_hazard_that_is_not_in_the_catalogue_is_refused() -> None:
    reason, detail = refusal(detection(kind="dragons"), "detection")
    assert reason is Reason.UNKNOWN_HAZARD
    assert "dragons" in detail


def test_a_payload_that_is_too_large_is_refused_before_it_is_read() -> None:
    reason, detail = refusal(b"\x00" * (MAX_PAYLOAD + 1))
    assert reason is Reason.TOO_LARGE
    assert str(MAX_PAYLOAD) in detail


@pytest.mark.parametrize(
    "topic",
    ["", "siteward/v1/garden", "siteward/v2/garden/d/telemetry", "siteward/v1/Garden/d/telemetry"],
)
def test_a_wrong_topic_is_refused(topic: str) -> None:
    for _ in range(2):  # refusals are not remembered as topics
        with pytest.raises(RefusedError) as caught:
            decode(topic, telemetry({"pm10": 1}), NOW)
        assert caught.value.problem.reason is Reason.BAD_TOPIC


@pytest.mark.parametrize(
    ("offset", "reason"),
    [
        (MAX_FUTURE, None),
        (MAX_FUTURE + timedelta(seconds=1), Reason.FUTURE),
        (-MAX_AGE, None),
        (-MAX_AGE - timedelta(seconds=1), Reason.ANCIENT),
    ],
)
def test_stamps_are_believed_up_to_the_limits(offset: timedelta, reason: Reason | None) -> None:
    whole = body(ts=NOW + offset, samples=[{"ts": NOW, "readings": {"pm10": 1}}])
    one = telemetry({"pm10": 1}, NOW + offset)
    for payload in (whole, one):
        if reason is None:
            assert read(payload).problems == []
        else:
            found, detail = refusal(payload)
            assert found is reason
            assert "set the device's clock" in detail


def test_a_stamp_in_local_time_is_compared_as_an_instant() -> None:
    payload = telemetry({"pm10": 1}).replace(b"2026-03-01T08:00:00Z", b"2026-03-01T16:00:00+08:00")
    assert read(payload).message.ts == NOW


def test_bad_readings_are_left_out_and_the_good_ones_kept() -> None:
    payload = body(
        samples=[
            {"ts": NOW, "readings": {"pm10": 40, "pm1000": 1, "humidity": 140}},
            {"ts": NOW + timedelta(hours=1), "readings": {"pm10": 41}},
            {"ts": NOW, "readings": {}},
            {"ts": NOW - timedelta(minutes=1), "readings": {"pm25": 7}},
        ]
    )
    envelope = read(payload)
    assert isinstance(envelope.message, Telemetry)
    assert [s.readings for s in envelope.message.samples] == [{"pm10": 40}, {"pm25": 7}]
    assert [p.reason for p in envelope.problems] == [
        Reason.UNKNOWN_METRIC,
        Reason.IMPLAUSIBLE,
        Reason.FUTURE,
    ]
    assert "samples[1].ts" in envelope.problems[2].detail


def test_statistics_are_judged_as_readings_are() -> None:
    statistics = {
        "pm10": {"avg": 127.4},
        "pm25": {"avg": -3},
        "gold": {"sum": 1},
        "rainfall": {"sum": 1e6},
    }
    sample = {"ts": NOW, "readings": {}, "period": "minute", "statistics": statistics}
    envelope = decode("siteward/v1/s/dust-1/telemetry", body(samples=[sample]), NOW)
    assert isinstance(envelope.message, Telemetry)
    assert set(envelope.message.samples[0].statistics) == {"pm10", "rainfall"}
    assert [p.reason for p in envelope.problems] == [Reason.IMPLAUSIBLE, Reason.UNKNOWN_METRIC]


def test_telemetry_of_which_nothing_is_left_is_refused_with_the_first_reason() -> None:
    assert refusal(telemetry({"pm1000": 1, "humidity": 140}))[0] is Reason.UNKNOWN_METRIC
    assert refusal(telemetry({}))[0] is Reason.NO_READINGS


@given(
    name=st.sampled_from(sorted(METRICS)), value=st.floats(allow_nan=False, allow_infinity=False)
)
def test_exactly_the_plausible_values_are_kept(name: str, value: float) -> None:
    metric = METRICS[name]
    payload = telemetry({name: value})
    if metric.low <= value <= metric.high:
        message = read(payload).message
        assert isinstance(message, Telemetry)
        assert message.samples[0].readings == {name: value}
    else:
        reason, detail = refusal(payload)
        assert reason is Reason.IMPLAUSIBLE
        assert name in detail


@given(st.binary(max_size=300), st.sampled_from(list(Kind)))
def test_any_bytes_give_a_message_or_a_refusal(payload: bytes, kind: Kind) -> None:
    try:
        read(payload, kind)
    except RefusedError as error:
        assert error.problem.detail


def test_pictures_come_with_their_bytes() -> None:
    header = EvidenceHeader(id=ID, ts=NOW, sha256=SHA)
    envelope = read(pack(header, b"\xff\xd8\n\xff"), "evidence")
    assert (envelope.message, envelope.body) == (header, b"\xff\xd8\n\xff")
    frame = FrameHeader(id=ID, ts=NOW, width=640, height=360, health=Health.BLIND)
    assert read(pack(frame, b""), "frame").message == frame


def test_a_picture_without_a_header_is_refused() -> None:
    assert refusal(b"\xff\xd8\xff", "evidence")[0] is Reason.BAD_JSON
    assert refusal(b"{}\n\xff\xd8\xff", "evidence")[0] is Reason.BAD_SHAPE


def test_a_status_is_read() -> None:
    message = read(body(online=True, agent="0.1", cameras=[]), "status").message
    assert isinstance(message, Status)
    assert message.online


def test_a_reading_its_device_calls_faulty_is_not_judged_again() -> None:
    sample = {"ts": NOW, "readings": {"pm10": -999.0, "noise_laeq": 60.0}, "flags": {"pm10": "D"}}
    envelope = decode("siteward/v1/site/dust-1/telemetry", body(samples=[sample]), NOW)
    assert envelope.problems == []
    assert isinstance(envelope.message, Telemetry)
    assert envelope.message.samples[0].readings == sample["readings"]


@pytest.mark.parametrize("field", [{"zone": "pit\n"}, {"evidence": SHA + "\n"}])
def test_names_do_not_end_in_a_newline(field: dict[str, str]) -> None:
    with pytest.raises(RefusedError, match="bad_shape"):
        decode("siteward/v1/site/cam-1/detection", detection(**field), NOW)
